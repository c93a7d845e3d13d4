/* Looking up in the book of staff: one account by name; people by unit, role, group; who stands in
 * for whom; whether two accounts are one person's. Lists come in the order of names, whatever the
 * order of the chains, so that the same question has the same answer after a restart.
 */
#include "kernel/staff_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kernel/inside.h"

const struct rd_account *rd_staff_find(const struct rd_kernel *kernel, const char *name)
{
    const struct rd_staff_book *book = kernel->staff;
    if (!book || book->count == 0)
        return NULL;
    struct staff_entry *entry = *staff_bucket(book, CHAIN_NAME, rd_text_spread(name));
    while (entry && strcmp(entry->account.name, name) != 0)
        entry = entry->next[CHAIN_NAME];
    return entry ? &entry->account : NULL;
}

const struct rd_account *rd_staff_acting(const struct rd_kernel *kernel, const char *name)
{
    const struct rd_account *account = rd_staff_find(kernel, name);
    return account && !account->left ? account : NULL;
}

static void people_add(struct rd_people *people, size_t *cap, const struct rd_account *account,
                       struct rd_arena *arena)
{
    if (people->count == *cap) {
        size_t more = *cap ? *cap * 2 : 16;
        const struct rd_account **at = rd_arena_alloc(arena, more * sizeof *at);
        if (people->count)
            memcpy(at, people->at, people->count * sizeof *at);
        people->at = at;
        *cap = more;
    }
    people->at[people->count++] = account;
}

static int people_compare(const void *a, const void *b)
{
    return strcmp((*(const struct rd_account *const *)a)->name,
                  (*(const struct rd_account *const *)b)->name);
}

/* Sorted before it is cut, so that the same people remain whatever the order of the chains. */
static void people_sort(struct rd_people *people, size_t max)
{
    if (people->count > 1)
        qsort(people->at, people->count, sizeof *people->at, people_compare);
    if (people->count > max)
        people->count = max;
}

struct rd_people rd_staff_with_role(const struct rd_kernel *kernel, int role, int unit, size_t max,
                                    struct rd_arena *arena)
{
    const struct rd_staff_book *book = kernel->staff;
    struct rd_people people = { NULL, 0 };
    size_t cap = 0;
    if (!book || role < 0)
        return people;
    const struct staff_role *list = &book->roles[role];
    for (size_t i = 0; unit < 0 && i < list->count; i++)
        people_add(&people, &cap, &list->at[i]->account, arena);
    struct staff_entry *entry = unit >= 0 && list->count
                                    ? *staff_bucket(book, CHAIN_UNIT, staff_mix((uint64_t)unit))
                                    : NULL;
    for (; entry; entry = entry->next[CHAIN_UNIT])
        if (entry->account.unit == unit && (entry->account.named & (1ull << role)))
            people_add(&people, &cap, &entry->account, arena);
    people_sort(&people, max);
    return people;
}

struct rd_people rd_staff_of_group(const struct rd_kernel *kernel, const char *group, size_t max,
                                   struct rd_arena *arena)
{
    const struct rd_staff_book *book = kernel->staff;
    struct rd_people people = { NULL, 0 };
    size_t cap = 0;
    if (!book || book->count == 0)
        return people;
    struct staff_entry *entry = *staff_bucket(book, CHAIN_GROUP, rd_text_spread(group));
    for (; entry; entry = entry->next[CHAIN_GROUP])
        if (strcmp(entry->account.group, group) == 0)
            people_add(&people, &cap, &entry->account, arena);
    people_sort(&people, max);
    return people;
}

struct rd_people rd_staff_of_unit(const struct rd_kernel *kernel, int unit, size_t max,
                                  struct rd_arena *arena)
{
    const struct rd_staff_book *book = kernel->staff;
    struct rd_people people = { NULL, 0 };
    size_t cap = 0;
    if (!book || book->count == 0)
        return people;
    struct staff_entry *entry = *staff_bucket(book, CHAIN_UNIT, staff_mix((uint64_t)unit));
    for (; entry; entry = entry->next[CHAIN_UNIT])
        if (entry->account.unit == unit)
            people_add(&people, &cap, &entry->account, arena);
    people_sort(&people, max);
    return people;
}

static bool staff_fits(const struct rd_account *account, const struct rd_staff_filter *filter)
{
    return (filter->left || !account->left) &&
           (filter->unit < 0 || account->unit == filter->unit) &&
           (filter->role < 0 || (account->named & (1ull << filter->role))) &&
           (!filter->group || (account->group && strcmp(account->group, filter->group) == 0));
}

/* Puts one into the first `max` by name, which are in order. */
static void people_first(struct rd_people *people, const struct rd_account *account, size_t max)
{
    size_t low = 0, high = people->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(account->name, people->at[mid]->name) < 0)
            high = mid;
        else
            low = mid + 1;
    }
    if (low == max)
        return;
    people->count += people->count < max;
    memmove(people->at + low + 1, people->at + low, (people->count - 1 - low) * sizeof *people->at);
    people->at[low] = account;
}

struct rd_people rd_staff_page(const struct rd_kernel *kernel, const struct rd_staff_filter *filter,
                               const char *after, size_t max, struct rd_arena *arena)
{
    const struct rd_staff_book *book = kernel->staff;
    struct rd_people people = { rd_arena_alloc(arena, (max + 1) * sizeof *people.at), 0 };
    for (size_t i = 0; book && i < book->bucket_count; i++)
        for (struct staff_entry *entry = book->buckets[CHAIN_NAME][i]; entry;
             entry = entry->next[CHAIN_NAME])
            if (staff_fits(&entry->account, filter) &&
                (!after || strcmp(entry->account.name, after) > 0))
                people_first(&people, &entry->account, max);
    return people;
}

void rd_staff_each(const struct rd_kernel *kernel,
                   bool (*take)(void *context, const struct rd_account *account), void *context)
{
    const struct rd_staff_book *book = kernel->staff;
    for (size_t i = 0; book && i < book->bucket_count; i++)
        for (struct staff_entry *entry = book->buckets[CHAIN_NAME][i]; entry;
             entry = entry->next[CHAIN_NAME])
            if (!entry->account.left && take(context, &entry->account))
                return;
}

size_t rd_staff_delegators(const struct rd_kernel *kernel, const char *name, int64_t now_ms,
                           const struct rd_account **out)
{
    const struct rd_staff_book *book = kernel->staff;
    size_t count = 0;
    if (!book || book->count == 0)
        return 0;
    struct staff_entry *entry = *staff_bucket(book, CHAIN_DEPUTY, rd_text_spread(name));
    for (; entry && count <= RD_DELEGATORS_MAX; entry = entry->next[CHAIN_DEPUTY]) {
        if (strcmp(entry->account.deputy, name) != 0 || now_ms >= entry->account.deputy_until_ms)
            continue;
        if (count < RD_DELEGATORS_MAX)
            out[count] = &entry->account;
        count++;
    }
    if (count > 1)
        qsort(out, count < RD_DELEGATORS_MAX ? count : RD_DELEGATORS_MAX, sizeof *out,
              people_compare);
    return count;
}

size_t rd_staff_of_person(const struct rd_kernel *kernel, const char *name,
                          const struct rd_account *out[RD_PERSON_ACCOUNTS_MAX])
{
    const struct rd_account *one = rd_staff_find(kernel, name);
    size_t count = 0;
    if (!one || !one->person)
        return 0;
    uint64_t hash = rd_text_spread(one->person);
    struct staff_entry *entry = *staff_bucket(kernel->staff, CHAIN_PERSON, hash);
    for (; entry && count < RD_PERSON_ACCOUNTS_MAX; entry = entry->next[CHAIN_PERSON])
        if (entry->account.person && strcmp(entry->account.person, one->person) == 0)
            out[count++] = &entry->account;
    qsort(out, count, sizeof *out, people_compare);
    return count;
}

bool rd_staff_same_person(const struct rd_kernel *kernel, const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return true;
    const struct rd_account *one = rd_staff_find(kernel, a), *other = rd_staff_find(kernel, b);
    return one && other && one->person && other->person && strcmp(one->person, other->person) == 0;
}

bool rd_staff_is_away(const struct rd_account *account, int64_t now_ms)
{
    return now_ms < account->away_until_ms;
}

const struct rd_account *rd_staff_deputy(const struct rd_kernel *kernel,
                                         const struct rd_account *account, int64_t now_ms)
{
    return account->deputy && now_ms < account->deputy_until_ms
               ? rd_staff_acting(kernel, account->deputy)
               : NULL;
}
