/* Authority, compiled: the rows as the policy has them, and for every command the rows that speak
 * of it, so that a check looks at three or four rows and at no text.
 *
 * Never does: reading records. Guards named by `unless` and the decision behind `up_to` are asked
 * by the kernel, which has the facts.
 */
#include "domain/authority.h"

#include <stdlib.h>
#include <string.h>

#include "domain/ceiling.h"
#include "domain/model.h"

static const char *const REACH_NAMES[] = { "own", "group", "unit", "branch", "all", "unowned" };

const char *rd_reach_name(enum rd_reach reach)
{
    return REACH_NAMES[reach];
}

bool rd_authority_has_role(const struct rd_authority_row *row, const struct rd_actor *actor)
{
    return (row->from & actor->roles) != 0;
}

static bool authority_same_group(const struct rd_account *actor, const struct rd_account *owner)
{
    return owner && owner->group && actor->group && strcmp(owner->group, actor->group) == 0;
}

bool rd_authority_reaches(const struct rd_organisation *organisation,
                          const struct rd_authority_row *row, const char *name,
                          const struct rd_account *account, const struct rd_belonging *record)
{
    if (row->reach == RD_REACH_ALL)
        return true;
    if (row->reach == RD_REACH_UNOWNED)
        return !record->owner;
    if (!account)
        return false;
    const char *owner = record->owner ? record->owner : record->opened_by;
    bool own = owner && strcmp(owner, name) == 0;
    int unit = record->unit >= 0 ? record->unit : record->account ? record->account->unit : -1;
    switch (row->reach) {
    case RD_REACH_OWN:
        return own;
    case RD_REACH_GROUP:
        return own || authority_same_group(account, record->account);
    case RD_REACH_UNIT:
        return own || (unit >= 0 && unit == account->unit);
    case RD_REACH_BRANCH:
        return own || (unit >= 0 && account->unit >= 0 &&
                       rd_unit_is_below(organisation, unit, account->unit));
    case RD_REACH_ALL:
    case RD_REACH_UNOWNED:
    case RD_REACHES:
        break;
    }
    return true;
}

/* "complaint.grant" against "complaint.grant", "complaint.*" or "*". What discloses secrets is
 * meant only where it is named, and "person.*" is of the record `person` where there is one. */
static bool authority_speaks_of(const struct rd_authority_row *row,
                                const struct rd_permission *permission)
{
    const char *command = permission->command;
    for (size_t i = 0; i < row->command_count; i++) {
        const char *pattern = row->commands[i];
        size_t len = strlen(pattern);
        if (strcmp(pattern, command) == 0 || (strcmp(pattern, "*") == 0 && !permission->named))
            return true;
        if (!permission->named && !permission->beside && len > 2 &&
            strcmp(pattern + len - 2, ".*") == 0 && strncmp(pattern, command, len - 1) == 0)
            return true;
    }
    return false;
}

static int permission_compare_name(const void *command, const void *permission)
{
    return strcmp(command, ((const struct rd_permission *)permission)->command);
}

static int permission_compare(const void *a, const void *b)
{
    return strcmp(((const struct rd_permission *)a)->command,
                  ((const struct rd_permission *)b)->command);
}

const struct rd_permission *rd_permission_of(const struct rd_model *model, const char *command)
{
    static const struct rd_permission nobody = { .command = "", .row_count = 0 };
    const struct rd_permission *found =
        model->permission_count ? bsearch(command, model->permissions, model->permission_count,
                                          sizeof *model->permissions, permission_compare_name)
                                : NULL;
    return found ? found : &nobody;
}

static const char **authority_names(struct rd_arena *arena, const struct rd_value *list,
                                    size_t *count)
{
    const char **names = rd_arena_zalloc(arena, list->count + 1, sizeof *names);
    *count = 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].kind == RD_TEXT)
            names[(*count)++] = list->items[i].text;
    return names;
}

static void authority_row_roles(struct rd_model *model, const struct rd_value *spec,
                                struct rd_findings *findings, struct rd_authority_row *row)
{
    const struct rd_value *from = rd_map_list(spec, "from");
    for (uint32_t i = 0; i < from->count; i++) {
        const char *name = from->items[i].kind == RD_TEXT ? from->items[i].text : "?";
        int role = rd_role_find(&model->organisation, name);
        if (role >= 0) {
            row->from |= 1ull << role;
            continue;
        }
        const char *names[RD_ROLES_MAX];
        for (size_t r = 0; r < model->organisation.role_count; r++)
            names[r] = model->organisation.roles[r].name;
        rd_finding_error(
            findings, row->file, row->line, "authority: no role '%s'%s", name,
            rd_model_guess(&model->arena, name, names, model->organisation.role_count));
    }
}

static void authority_row_build(struct rd_model *model, const struct rd_value *spec,
                                struct rd_findings *findings, struct rd_authority_row *row)
{
    struct rd_arena *arena = &model->arena;
    *row = (struct rd_authority_row){
        .id = rd_map_text(spec, "id", "authority"),
        .file = rd_map_text(spec, "file", "rules"),
        .line = (int)rd_map_int(spec, "line", 0),
        .reach = RD_REACH_ALL,
        .amount = rd_map_text(spec, "amount", "amount"),
    };
    row->commands = authority_names(arena, rd_map_list(spec, "commands"), &row->command_count);
    row->unless = authority_names(arena, rd_map_list(spec, "unless"), &row->unless_count);
    row->other_than =
        authority_names(arena, rd_map_list(spec, "other_than"), &row->other_than_count);
    authority_row_roles(model, spec, findings, row);
    const char *reach = rd_map_text(spec, "reach", "all");
    size_t r = 0;
    while (r < RD_REACHES && strcmp(REACH_NAMES[r], reach) != 0)
        r++;
    if (r == RD_REACHES)
        rd_finding_error(findings, row->file, row->line, "authority: no reach '%s'%s", reach,
                         rd_model_guess(arena, reach, REACH_NAMES, RD_REACHES));
    else
        row->reach = (enum rd_reach)r;
    const char *up_to = rd_map_text(spec, "up_to", NULL);
    if (up_to && !(row->up_to = rd_model_decision(model, up_to)))
        rd_finding_error(findings, row->file, row->line, "authority: up_to: no decision '%s'",
                         up_to);
    else if (up_to && row->up_to->outputs[0].type.kind != RD_TYPE_MONEY)
        rd_finding_error(findings, row->file, row->line,
                         "authority: up_to: the first output of '%s' must be money", up_to);
    rd_ceilings_build(arena, spec, model, findings, row);
    row->spot = rd_model_spot(model, row->file, row->line, "authority row %s",
                              row->command_count ? row->commands[0] : "");
}

/* An internal event has no rows: what speaks of all commands does not speak of it. */
static void permission_build(struct rd_model *model, struct rd_permission *out)
{
    size_t count = 0;
    for (size_t i = 0; i < model->authority_count; i++)
        count += authority_speaks_of(&model->authority[i], out);
    out->rows = rd_arena_zalloc(&model->arena, count + 1, sizeof *out->rows);
    for (size_t i = 0; i < model->authority_count; i++)
        if (!out->internal && authority_speaks_of(&model->authority[i], out))
            out->rows[out->row_count++] = &model->authority[i];
}

bool rd_authority_build(struct rd_arena *arena, const struct rd_value *normal,
                        struct rd_model *model, struct rd_findings *findings)
{
    size_t errors_before = findings->errors;
    const struct rd_value *list = rd_map_list(normal, "authority");
    model->authority = rd_arena_zalloc(arena, list->count + 1, sizeof *model->authority);
    for (uint32_t i = 0; i < list->count; i++)
        authority_row_build(model, &list->items[i], findings, &model->authority[i]);
    model->authority_count = list->count;
    for (size_t i = 0; i < model->permission_count; i++)
        permission_build(model, &model->permissions[i]);
    qsort(model->permissions, model->permission_count, sizeof *model->permissions,
          permission_compare);

    for (size_t i = 0; i < model->authority_count; i++) {
        struct rd_authority_row *row = &model->authority[i];
        for (size_t c = 0; c < row->command_count; c++) {
            const char *command = row->commands[c];
            if (rd_permission_of(model, command)->internal) {
                rd_finding_error(findings, row->file, row->line,
                                 "authority: '%s' is internal: timers and other records send it, "
                                 "and nobody may",
                                 command);
                continue;
            }
            if (strchr(command, '*') || rd_permission_of(model, command)->row_count > 0)
                continue;
            const char **names =
                rd_arena_alloc(arena, (model->permission_count + 1) * sizeof *names);
            for (size_t p = 0; p < model->permission_count; p++)
                names[p] = model->permissions[p].command;
            rd_finding_error(findings, row->file, row->line, "authority: no command '%s'%s",
                             command,
                             rd_model_guess(arena, command, names, model->permission_count));
        }
    }
    return findings->errors == errors_before;
}
