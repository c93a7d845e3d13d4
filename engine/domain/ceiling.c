/* Ceilings, compiled. A decision as a limit is known when the row is built; facts belong to the
 * workflow of the event, which is known when rows and events are joined.
 */
#include "domain/ceiling.h"

#include <string.h>

#include "domain/model.h"

void rd_ceilings_build(struct rd_arena *arena, const struct rd_value *spec,
                       const struct rd_model *model, struct rd_findings *findings,
                       struct rd_authority_row *row)
{
    const struct rd_value *map = rd_map_get(spec, "ceilings");
    uint32_t count = rd_value_is(map, RD_MAP) ? map->count : 0;
    row->ceilings = rd_arena_zalloc(arena, count + 1, sizeof *row->ceilings);
    for (uint32_t i = 0; i < count; i++) {
        const char *limit = map->pairs[i].value.kind == RD_TEXT ? map->pairs[i].value.text : "?";
        struct rd_ceiling *ceiling = &row->ceilings[row->ceiling_count++];
        *ceiling = (struct rd_ceiling){ .fact = map->pairs[i].key,
                                        .limit = limit,
                                        .asked = rd_model_decision(model, limit) };
        if (ceiling->asked && (ceiling->asked->output_count == 0 ||
                               ceiling->asked->outputs[0].type.kind != RD_TYPE_MONEY))
            rd_finding_error(findings, row->file, row->line,
                             "authority: ceilings: the first output of '%s' must be money", limit);
    }
    if (count && !row->up_to)
        rd_finding_error(findings, row->file, row->line,
                         "authority: ceilings need up_to: what is above them goes the same way");
}

static bool ceiling_is_money(const struct rd_fact *fact)
{
    return fact->gives && fact->gives->kind == RD_TYPE_MONEY;
}

/* The fact of the chart by name, which must give money; a finding where it does not. */
static void ceiling_fact(struct rd_model *model, const struct rd_chart *chart, const char *name,
                         const struct rd_authority_row *row, bool or_decision,
                         struct rd_findings *findings)
{
    const char *names[RD_FACTS_MAX];
    int at = rd_fact_find(chart, name);
    if (at >= 0 && ceiling_is_money(&chart->facts[at]))
        return;
    for (size_t i = 0; i < chart->fact_count; i++)
        names[i] = chart->facts[i].name;
    if (at >= 0)
        rd_finding_error(findings, row->file, row->line,
                         "authority: ceilings: fact '%s' of workflow '%s' is no amount", name,
                         chart->name);
    else
        rd_finding_error(findings, row->file, row->line,
                         "authority: ceilings: %sworkflow '%s' has no fact '%s'%s",
                         or_decision ? "there is no such decision, and " : "", chart->name, name,
                         rd_model_guess(&model->arena, name, names, chart->fact_count));
}

void rd_ceilings_check(struct rd_model *model, const struct rd_chart *chart,
                       const struct rd_authority_row *row, struct rd_findings *findings)
{
    for (size_t i = 0; i < row->ceiling_count; i++) {
        ceiling_fact(model, chart, row->ceilings[i].fact, row, false, findings);
        if (!row->ceilings[i].asked)
            ceiling_fact(model, chart, row->ceilings[i].limit, row, true, findings);
    }
}
