/* Reading the book of staff: who is there, in which unit, with which roles, who is away and who
 * stands in. What else a staff record holds is read as a record, by those who may.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"

static struct rd_value staff_roles(const struct rd_kernel *kernel, uint64_t roles,
                                   struct rd_arena *arena)
{
    const struct rd_organisation *organisation = &kernel->model->organisation;
    struct rd_value list = rd_list();
    for (size_t r = 0; r < organisation->role_count; r++)
        if (roles & (1ull << r))
            rd_list_add(arena, &list, rd_text(organisation->roles[r].name));
    return list;
}

static struct rd_value staff_text(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

static struct rd_value staff_time(int64_t until_ms, int64_t now_ms, struct rd_arena *arena)
{
    return now_ms < until_ms ? rd_show_time(until_ms, arena) : rd_null();
}

/* Absence and deputy as they are now: what is over is not shown. */
static struct rd_value staff_show(const struct rd_kernel *kernel, const struct rd_account *account,
                                  struct rd_arena *arena)
{
    const struct rd_organisation *organisation = &kernel->model->organisation;
    int64_t now_ms = rd_kernel_now_ms(kernel);
    struct rd_value shown = rd_map();
    bool stands_in = now_ms < account->deputy_until_ms;
    rd_map_add(arena, &shown, "account", rd_text(account->name));
    rd_map_add(arena, &shown, "name", rd_text(account->title));
    rd_map_add(arena, &shown, "unit",
               account->unit >= 0 ? rd_text(organisation->units[account->unit].name) : rd_null());
    rd_map_add(arena, &shown, "group", staff_text(account->group));
    rd_map_add(arena, &shown, "roles", staff_roles(kernel, account->named, arena));
    rd_map_add(arena, &shown, "away_until", staff_time(account->away_until_ms, now_ms, arena));
    rd_map_add(arena, &shown, "deputy", stands_in ? staff_text(account->deputy) : rd_null());
    rd_map_add(arena, &shown, "deputy_until", staff_time(account->deputy_until_ms, now_ms, arena));
    rd_map_add(arena, &shown, "left", rd_bool(account->left));
    rd_map_add(arena, &shown, "id",
               account->record ? rd_show_id((struct rd_id){ account->record }, arena) : rd_null());
    return shown;
}

static enum rd_status staff_filter_read(const struct rd_kernel *kernel, struct rd_request *request,
                                        struct rd_staff_filter *out)
{
    const struct rd_organisation *organisation = &kernel->model->organisation;
    const char *unit = rd_map_text(request->params, "unit", NULL),
               *role = rd_map_text(request->params, "role", NULL);
    *out = (struct rd_staff_filter){
        .unit = unit ? rd_unit_find(organisation, unit) : -1,
        .role = role ? rd_role_find(organisation, role) : -1,
        .group = rd_map_text(request->params, "group", NULL),
        .left = rd_map_bool(request->params, "left", false),
    };
    if (unit && out->unit < 0)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/unit", "there is no unit '%s'",
                           unit);
    if (role && out->role < 0)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/role", "there is no role '%s'",
                           role);
    return RD_OK;
}

enum rd_status rd_method_staff_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    int64_t limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    struct rd_value list = rd_list();
    struct rd_staff_filter filter;
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    enum rd_status status = staff_filter_read(kernel, request, &filter);
    if (status != RD_OK)
        return status;
    struct rd_people people = rd_staff_page(kernel, &filter, cursor, (size_t)limit + 1, arena);
    size_t count = people.count <= (size_t)limit ? people.count : (size_t)limit;
    for (size_t i = 0; i < count; i++)
        rd_list_add(arena, &list, staff_show(kernel, people.at[i], arena));
    request->result = rd_map();
    rd_map_add(arena, &request->result, "staff", list);
    rd_map_add(arena, &request->result, "cursor",
               people.count > count ? rd_text(people.at[count - 1]->name) : rd_null());
    return RD_OK;
}

enum rd_status rd_method_staff_show(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const char *name = rd_map_text(request->params, "account", "");
    const struct rd_account *account = rd_staff_find(kernel, name), *others[RD_DELEGATORS_MAX];
    struct rd_value list = rd_list();
    if (!account)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/account", "there is no account '%s'",
                           name);
    size_t count =
        account->left ? 0 : rd_staff_delegators(kernel, name, rd_kernel_now_ms(kernel), others);
    for (size_t i = 0; i < count && i < RD_DELEGATORS_MAX; i++)
        rd_list_add(arena, &list, rd_text(others[i]->name));
    request->result = staff_show(kernel, account, arena);
    rd_map_add(arena, &request->result, "stands_in_for", list);
    rd_map_add(arena, &request->result, "roles_held", staff_roles(kernel, account->roles, arena));
    return RD_OK;
}
