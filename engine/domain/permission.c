/* Permissions, named: every command that there is, the engine's and each record's, once. The rows
 * that speak of it come later (authority.c).
 *
 * A command is one text for the whole company, so a record and the engine must not mean two things
 * by one: who may `erase` a record `person` would erase persons.
 */
#include <string.h>

#include "domain/authority.h"
#include "domain/model.h"

static const char *const OPERATIONS[] = {
#define RD_OPERATION_NAME(name) name,
    RD_OPERATION_MAP(RD_OPERATION_NAME)
#undef RD_OPERATION_NAME
};
#define OPERATION_COUNT (sizeof OPERATIONS / sizeof *OPERATIONS)

/* The permissions in the making. */
struct naming {
    struct rd_model *model;
    struct rd_findings *findings;
    size_t cap;
};

static struct rd_permission *permission_name(struct naming *n, const char *command)
{
    struct rd_model *model = n->model;
    for (size_t i = 0; i < model->permission_count; i++)
        if (strcmp(model->permissions[i].command, command) == 0)
            return &model->permissions[i];
    if (model->permission_count == n->cap) {
        struct rd_permission *more = rd_arena_zalloc(&model->arena, n->cap * 2, sizeof *more);
        memcpy(more, model->permissions, n->cap * sizeof *more);
        model->permissions = more;
        n->cap *= 2;
    }
    struct rd_permission *made = &model->permissions[model->permission_count++];
    made->command = command;
    return made;
}

static bool permission_is_operation(const char *command)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        if (strcmp(OPERATIONS[i], command) == 0)
            return true;
    return false;
}

/* Two rows on one line could not be told apart, nor could a token's scopes. */
static void permission_check_free(struct naming *n, const char *file, int line, const char *command)
{
    if (permission_is_operation(command))
        rd_finding_error(n->findings, file, line,
                         "command '%s' is the engine's own, and one row would allow both: give the "
                         "record or the event another name",
                         command);
}

static struct rd_permission *permission_of_type(struct naming *n, const struct rd_record_type *type,
                                                const char *verb)
{
    const char *command = rd_arena_printf(&n->model->arena, "%s.%s", type->name, verb);
    permission_check_free(n, type->file, type->line, command);
    return permission_name(n, command);
}

/* An event is internal wherever it stands, or nowhere: event_join says so. */
static void permission_of_event(struct naming *n, const struct rd_chart *chart,
                                const struct rd_event *event)
{
    permission_check_free(n, chart->file, event->line, event->command);
    struct rd_permission *permission = permission_name(n, event->command);
    permission->internal |= event->internal;
}

/* `job.list` beside a record `job`: "job.*" is of the record. */
static bool operation_is_beside(const struct rd_model *model, const char *operation)
{
    size_t len = strcspn(operation, ".");
    for (size_t t = 0; t < model->type_count; t++)
        if (strncmp(model->types[t].name, operation, len) == 0 && !model->types[t].name[len])
            return true;
    return false;
}

static void permissions_of_engine(struct naming *n)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        struct rd_permission *it = permission_name(n, OPERATIONS[i]);
        /* a row for it is what asks for a second person */
        it->named = strcmp(it->command, "policy.confirm") == 0 ||
                    strcmp(it->command, "person.confirm") == 0;
        it->beside = operation_is_beside(n->model, it->command);
    }
}

static void permissions_of_type(struct naming *n, const struct rd_record_type *type)
{
    permission_of_type(n, type, "read");
    if (type->ledger)
        return; /* nobody writes its entries by hand */
    permission_of_type(n, type, "create");
    permission_of_type(n, type, "update");
    permission_of_type(n, type, "refer");
    for (int level = RD_SECRECY_SECRET; level < RD_SECRECY_LEVELS; level++)
        if (rd_secrecy_has_level(type, (enum rd_secrecy_level)level))
            permission_of_type(n, type, rd_secrecy_name((enum rd_secrecy_level)level))->named =
                true;
}

static void permissions_of_chart(struct naming *n, const struct rd_chart *chart)
{
    permission_of_event(n, chart, &chart->open);
    if (chart->shown)
        permission_of_type(n, chart->type, "progress");
    for (size_t s = 0; s < chart->state_count; s++)
        for (size_t i = 0; i < chart->states[s].event_count; i++)
            permission_of_event(n, chart, &chart->states[s].events[i]);
    for (size_t i = 0; i < chart->always_count; i++)
        permission_of_event(n, chart, &chart->always[i]);
}

void rd_permissions_name(struct rd_model *model, struct rd_findings *findings)
{
    struct naming n = { model, findings, 128 };
    model->permissions = rd_arena_zalloc(&model->arena, n.cap, sizeof *model->permissions);
    permissions_of_engine(&n);
    for (size_t t = 0; t < model->type_count; t++)
        permissions_of_type(&n, &model->types[t]);
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++)
        permissions_of_chart(&n, &model->charts[c]);
}

/* ---- events and what a record has of its own ---- */

/* Verbs of a record's own commands, as permissions_of_type names them; `create` and `update` are
 * not among them: an event of that name is how the record is made, or changed. */
static bool permission_is_own(const struct rd_chart *chart, const char *verb)
{
    const struct rd_record_type *type = chart->type;
    if (strcmp(verb, "read") == 0)
        return true;
    if (strcmp(verb, "refer") == 0)
        return !type->ledger;
    if (strcmp(verb, "progress") == 0)
        return chart->shown != NULL;
    for (int level = RD_SECRECY_SECRET; level < RD_SECRECY_LEVELS; level++)
        if (strcmp(verb, rd_secrecy_name((enum rd_secrecy_level)level)) == 0)
            return rd_secrecy_has_level(type, (enum rd_secrecy_level)level);
    return false;
}

static void permission_check_apart(const struct rd_chart *chart, const struct rd_event *event,
                                   struct rd_findings *findings)
{
    if (permission_is_own(chart, event->name))
        rd_finding_error(
            findings, chart->file, event->line,
            "event '%s' is spelled as the record's own command '%s', and one row would "
            "allow both: give the event another name",
            event->name, event->command);
}

void rd_permissions_apart(const struct rd_model *model, struct rd_findings *findings)
{
    for (size_t c = 0; c < model->chart_count; c++) {
        const struct rd_chart *chart = &model->charts[c];
        permission_check_apart(chart, &chart->open, findings);
        for (size_t s = 0; s < chart->state_count; s++)
            for (size_t i = 0; i < chart->states[s].event_count; i++)
                permission_check_apart(chart, &chart->states[s].events[i], findings);
        for (size_t i = 0; i < chart->always_count; i++)
            permission_check_apart(chart, &chart->always[i], findings);
    }
}
