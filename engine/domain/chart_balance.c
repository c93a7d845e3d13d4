/* The fact `balance "LEDGER" { of = "FIELD" }`, compiled: whose account it is, and that the ledger
 * keeps accounts of that record. Its value is asked for in kernel/post.c.
 */
#include <string.h>

#include "domain/chart_inside.h"
#include "domain/ledger.h"

static const struct rd_type BALANCE_MONEY = { .kind = RD_TYPE_MONEY };

void rd_chart_balance_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    const char *file = b->chart->file, *name = rd_map_text(spec, "type", "?");
    const char *of = rd_map_text(spec, "of", "?");
    const struct rd_ledger *ledger = rd_ledger_find(b->model, name);
    out->gives = &BALANCE_MONEY;
    if (!ledger) {
        rd_finding_error(b->findings, file, out->line, "fact '%s': no ledger '%s'%s", out->name,
                         name,
                         rd_chart_guess(b, name, b->model->ledgers, sizeof *b->model->ledgers,
                                        b->model->ledger_count));
        return;
    }
    out->type = ledger->type;
    bool own = strcmp(of, "id") == 0;
    out->of = own ? -1 : rd_type_field(b->chart->type, of);
    const struct rd_field *field = out->of >= 0 ? &b->chart->type->fields[out->of] : NULL;
    const struct rd_record_type *to = own ? b->chart->type
                                      : field && field->type.kind == RD_TYPE_REFERENCE
                                          ? rd_model_type(b->model, field->type.of)
                                          : NULL;
    if (!to || to != ledger->of)
        rd_finding_error(b->findings, file, out->line,
                         "fact '%s': of: '%s' is no reference to '%s', whose accounts ledger '%s' "
                         "keeps",
                         out->name, of, ledger->of ? ledger->of->name : "?", name);
}
