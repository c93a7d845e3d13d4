/* The fact `pick`, compiled: whose turn it is. Asked by kernel/pick.c. */
#include <string.h>

#include "domain/chart_inside.h"
#include "domain/model.h"

static const struct rd_type PICK_ACCOUNT = { .kind = RD_TYPE_ACCOUNT };

void rd_chart_pick_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    const char *least = rd_map_text(spec, "least", NULL), *role = rd_map_text(spec, "role", NULL);
    out->gives = &PICK_ACCOUNT;
    out->pick_role = role ? rd_role_find(&b->model->organisation, role) : -1;
    out->pick[RD_PICK_ROLE] = out->pick_role < 0 ? role : NULL;
    out->pick[RD_PICK_UNIT] = rd_map_text(spec, "unit", NULL);
    out->pick[RD_PICK_GROUP] = rd_map_text(spec, "group", NULL);
    out->type = least ? rd_model_type(b->model, least) : NULL;
    if (least && !out->type)
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': least: no record '%s'%s", out->name, least,
                         rd_chart_guess(b, least, b->model->types, sizeof *b->model->types,
                                        b->model->type_count));
    else if (least && out->type->owner < 0)
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': least: record '%s' has no owner to count by", out->name,
                         least);
}

void rd_chart_pick_follow(struct chart_build *b, struct rd_fact *fact)
{
    static const char *const KEYS[RD_PICK_PATHS] = { "role", "unit", "group" };
    for (size_t i = 0; i < RD_PICK_PATHS; i++)
        if (fact->pick[i])
            (void)rd_chart_fact_path(b, fact, KEYS[i], fact->pick[i]);
}

static bool pick_has_chart(const struct rd_model *model, const struct rd_record_type *type)
{
    for (size_t i = 0; i < model->chart_count; i++)
        if (model->charts[i].type == type)
            return true;
    return false;
}

void rd_chart_picks_check(const struct rd_model *model, struct rd_findings *findings)
{
    for (size_t c = 0; c < model->chart_count; c++)
        for (size_t i = 0; i < model->charts[c].fact_count; i++) {
            const struct rd_fact *fact = &model->charts[c].facts[i];
            if (fact->kind == RD_FACT_PICK && fact->type && !pick_has_chart(model, fact->type))
                rd_finding_error(findings, model->charts[c].file, fact->line,
                                 "fact '%s': least: record '%s' has no workflow: which of them are "
                                 "open?",
                                 fact->name, fact->type->name);
        }
}
