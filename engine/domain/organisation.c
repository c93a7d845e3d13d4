/* The organisation, compiled: roles with everything that they include as bit sets, units as a tree
 * by parent index; accounts, names of units and uids in order for binary search: 2,000 units cost
 * 11 steps. The many people of a large company are records (staff.h); the accounts here are a small
 * company's, and the first administrator's.
 *
 * Never does: deciding who may do what (authority.c).
 */
#include "domain/organisation.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int rd_role_find(const struct rd_organisation *organisation, const char *name)
{
    for (size_t i = 0; i < organisation->role_count; i++)
        if (rd_text_same(organisation->roles[i].name, name))
            return (int)i;
    return -1;
}

/* The order of names, which is made when the units are complete; before that (`under` may name any
 * of them) there is none. */
int rd_unit_find(const struct rd_organisation *organisation, const char *name)
{
    size_t low = 0, high = organisation->units_by_name ? organisation->unit_count : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        uint32_t at = organisation->units_by_name[mid];
        int order = strcmp(name, organisation->units[at].name);
        if (order == 0)
            return (int)at;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return -1;
}

static int account_compare_name(const void *name, const void *account)
{
    return strcmp(name, ((const struct rd_account *)account)->name);
}

static int account_compare(const void *a, const void *b)
{
    return strcmp(((const struct rd_account *)a)->name, ((const struct rd_account *)b)->name);
}

const struct rd_account *rd_account_find(const struct rd_organisation *organisation,
                                         const char *name)
{
    if (organisation->account_count == 0)
        return NULL;
    return bsearch(name, organisation->accounts, organisation->account_count,
                   sizeof *organisation->accounts, account_compare_name);
}

const struct rd_account *rd_account_by_uid(const struct rd_organisation *organisation, uint32_t uid)
{
    size_t low = 0, high = organisation->uid_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct rd_account *account =
            &organisation->accounts[organisation->accounts_by_uid[mid]];
        if (account->uid == (int64_t)uid)
            return account;
        if ((int64_t)uid < account->uid)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

bool rd_unit_is_below(const struct rd_organisation *organisation, int unit, int top)
{
    /* the build refuses circles, so the walk ends */
    for (; unit >= 0; unit = organisation->units[unit].under)
        if (unit == top)
            return true;
    return false;
}

static const char *organisation_guess(struct rd_arena *arena, const char *word,
                                      const char *(*name_at)(const void *, size_t),
                                      const void *table, size_t count)
{
    const char **names = rd_arena_alloc(arena, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = name_at(table, i);
    const char *near = rd_text_nearest(word, names, count);
    return near ? rd_arena_printf(arena, "; did you mean '%s'?", near) : "";
}

static const char *role_name_at(const void *roles, size_t i)
{
    return ((const struct rd_role *)roles)[i].name;
}

static const char *unit_name_at(const void *units, size_t i)
{
    return ((const struct rd_unit *)units)[i].name;
}

/* A set of roles from a list of names; unknown ones are findings. */
static uint64_t organisation_role_set(struct rd_arena *arena,
                                      const struct rd_organisation *organisation,
                                      const struct rd_value *names, const char *file, int line,
                                      const char *whose, struct rd_findings *findings)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        const char *name = names->items[i].kind == RD_TEXT ? names->items[i].text : "?";
        int role = rd_role_find(organisation, name);
        if (role < 0)
            rd_finding_error(findings, file, line, "%s: no role '%s'%s", whose, name,
                             organisation_guess(arena, name, role_name_at, organisation->roles,
                                                organisation->role_count));
        else
            set |= organisation->roles[role].includes;
    }
    return set;
}

static void roles_build(struct rd_arena *arena, const struct rd_value *list, const char *file,
                        struct rd_findings *findings, struct rd_organisation *out)
{
    if (list->count > RD_ROLES_MAX) {
        rd_finding_error(findings, file, 0, "organisation: %u roles; %d is the limit", list->count,
                         RD_ROLES_MAX);
        return;
    }
    out->roles = rd_arena_zalloc(arena, list->count + 1, sizeof *out->roles);
    out->role_count = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *spec = &list->items[i];
        out->roles[i] = (struct rd_role){
            .name = rd_map_text(spec, "name", "?"),
            .includes = 1ull << i,
            .line = (int)rd_map_int(spec, "line", 0),
        };
        const struct rd_value *title = rd_map_get(spec, "title");
        out->roles[i].title = title ? *title : rd_null();
    }
    for (uint32_t i = 0; i < list->count; i++)
        out->roles[i].includes |= organisation_role_set(
            arena, out, rd_map_list(&list->items[i], "is"), file, out->roles[i].line,
            rd_arena_printf(arena, "role '%s'", out->roles[i].name), findings);
    /* close the sets: n rounds are enough for any chain of n */
    for (size_t round = 0; round < out->role_count; round++)
        for (size_t i = 0; i < out->role_count; i++)
            for (size_t j = 0; j < out->role_count; j++)
                if (out->roles[i].includes & (1ull << j))
                    out->roles[i].includes |= out->roles[j].includes;
    int administrator = rd_role_find(out, "administrator");
    out->administrator = administrator >= 0 ? out->roles[administrator].includes : 0;
}

static int unit_compare(const void *a, const void *b, void *units)
{
    const struct rd_unit *of = units;
    return strcmp(of[*(const uint32_t *)a].name, of[*(const uint32_t *)b].name);
}

static int uid_compare(const void *a, const void *b, void *accounts)
{
    const struct rd_account *of = accounts;
    int64_t x = of[*(const uint32_t *)a].uid, y = of[*(const uint32_t *)b].uid;
    return (x > y) - (x < y);
}

static void units_sort(struct rd_arena *arena, struct rd_organisation *out)
{
    out->units_by_name = rd_arena_zalloc(arena, out->unit_count + 1, sizeof *out->units_by_name);
    for (size_t i = 0; i < out->unit_count; i++)
        out->units_by_name[i] = (uint32_t)i;
    qsort_r(out->units_by_name, out->unit_count, sizeof *out->units_by_name, unit_compare,
            out->units);
}

static void accounts_sort(struct rd_arena *arena, struct rd_organisation *out)
{
    qsort(out->accounts, out->account_count, sizeof *out->accounts, account_compare);
    out->accounts_by_uid =
        rd_arena_zalloc(arena, out->account_count + 1, sizeof *out->accounts_by_uid);
    for (size_t i = 0; i < out->account_count; i++)
        if (out->accounts[i].uid >= 0)
            out->accounts_by_uid[out->uid_count++] = (uint32_t)i;
    qsort_r(out->accounts_by_uid, out->uid_count, sizeof *out->accounts_by_uid, uid_compare,
            out->accounts);
}

static void units_build(struct rd_arena *arena, const struct rd_value *list, const char *file,
                        struct rd_findings *findings, struct rd_organisation *out)
{
    out->units = rd_arena_zalloc(arena, list->count + 1, sizeof *out->units);
    out->unit_count = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *title = rd_map_get(&list->items[i], "title");
        out->units[i] = (struct rd_unit){
            .name = rd_map_text(&list->items[i], "name", "?"),
            .title = title ? *title : rd_null(),
            .under = -1,
            .line = (int)rd_map_int(&list->items[i], "line", 0),
        };
    }
    units_sort(arena, out);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *under = rd_map_text(&list->items[i], "under", NULL);
        if (!under)
            continue;
        int parent = rd_unit_find(out, under);
        if (parent < 0) {
            rd_finding_error(
                findings, file, out->units[i].line, "unit '%s': under: no unit '%s'%s",
                out->units[i].name, under,
                organisation_guess(arena, under, unit_name_at, out->units, out->unit_count));
            continue;
        }
        if (rd_unit_is_below(out, parent, (int)i)) {
            rd_finding_error(findings, file, out->units[i].line,
                             "unit '%s': under '%s' would make a circle", out->units[i].name,
                             under);
            continue;
        }
        out->units[i].under = parent;
    }
}

static void account_build(struct rd_arena *arena, const struct rd_value *spec, const char *file,
                          struct rd_findings *findings, const struct rd_organisation *organisation,
                          struct rd_account *out)
{
    int line = (int)rd_map_int(spec, "line", 0);
    const char *name = rd_map_text(spec, "name", "?");
    const char *unit = rd_map_text(spec, "unit", NULL);
    *out = (struct rd_account){
        .name = name,
        .title = rd_map_text(spec, "title", name),
        .unit = -1,
        .group = rd_map_text(spec, "group", NULL),
        .uid = rd_map_int(spec, "uid", -1),
        .person = rd_map_text(spec, "person", NULL),
        .line = line,
    };
    const char *whose = rd_arena_printf(arena, "account '%s'", name);
    if (strcmp(name, "system") == 0 || strcmp(name, "administrator") == 0 ||
        strcmp(name, RD_ANONYMOUS) == 0)
        rd_finding_error(findings, file, line, "%s: the name is the engine's own; choose another",
                         whose);
    if (unit) {
        out->unit = rd_unit_find(organisation, unit);
        if (out->unit < 0)
            rd_finding_error(findings, file, line, "%s: no unit '%s'%s", whose, unit,
                             organisation_guess(arena, unit, unit_name_at, organisation->units,
                                                organisation->unit_count));
    }
    out->roles = organisation_role_set(arena, organisation, rd_map_list(spec, "roles"), file, line,
                                       whose, findings);
    const struct rd_value *named = rd_map_list(spec, "roles");
    for (uint32_t i = 0; i < named->count; i++) {
        int role =
            named->items[i].kind == RD_TEXT ? rd_role_find(organisation, named->items[i].text) : -1;
        if (role >= 0)
            out->named |= 1ull << role;
    }
}

bool rd_organisation_build(struct rd_arena *arena, const struct rd_value *normal,
                           struct rd_findings *findings, struct rd_organisation *out)
{
    size_t errors_before = findings->errors;
    const char *file = rd_map_text(rd_map_get(normal, "organisation"), "file", "rules");
    *out = (struct rd_organisation){ 0 };
    roles_build(arena, rd_map_list(normal, "roles"), file, findings, out);
    units_build(arena, rd_map_list(normal, "units"), file, findings, out);
    const struct rd_value *accounts = rd_map_list(normal, "accounts");
    out->accounts = rd_arena_zalloc(arena, accounts->count + 1, sizeof *out->accounts);
    out->account_count = accounts->count;
    for (uint32_t i = 0; i < accounts->count; i++)
        account_build(arena, &accounts->items[i], file, findings, out, &out->accounts[i]);
    accounts_sort(arena, out);
    for (size_t i = 1; i < out->account_count; i++)
        if (strcmp(out->accounts[i - 1].name, out->accounts[i].name) == 0)
            rd_finding_error(findings, file, out->accounts[i].line, "account '%s' is there twice",
                             out->accounts[i].name);
    for (size_t i = 1; i < out->uid_count; i++) {
        const struct rd_account *account = &out->accounts[out->accounts_by_uid[i]];
        if (account->uid == out->accounts[out->accounts_by_uid[i - 1]].uid)
            rd_finding_error(findings, file, account->line,
                             "account '%s': uid %lld is another one's", account->name,
                             (long long)account->uid);
    }
    return findings->errors == errors_before;
}
