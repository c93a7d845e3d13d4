/* Money in back-tests: what commands with an amount grant at once, and apart from that what is
 * posted into ledgers. What is granted is sorted by the choices that its limit asks for (the
 * remedy, the grade); roles are none of these, since they say who and not what.
 */
#include "kernel/backtest_inside.h"

#include <string.h>

#include "base/text.h"
#include "domain/ceiling.h"

/* Whether the last word on the amount was that it is above what the actor may grant. */
static bool money_is_above(const struct rd_value *decisions)
{
    bool above = false;
    for (uint32_t i = 0; i < decisions->count; i++) {
        const struct rd_value *said = decisions->items[i].items;
        const char *why = said[3].kind == RD_TEXT ? said[3].text : "";
        if (strstr(why, " is above") || strstr(why, " are above"))
            above = true;
        else if (said[2].kind == RD_TEXT && strcmp(said[2].text, "allowed") == 0)
            above = false;
    }
    return above;
}

/* The first authority row of the command that has an amount; NULL: it grants nothing, or was
 * refused before anybody looked at what was asked for (no command). */
static const struct rd_authority_row *money_amount_row(const struct rd_tallies *tallies,
                                                       const struct rd_command_entry *entry)
{
    const char *dot = entry->command ? strrchr(entry->command, '.') : NULL;
    if (!dot || strcmp(entry->command, "ring") == 0)
        return NULL;
    const struct rd_model *model = rd_policy_model(tallies->candidate->policy);
    const struct rd_permission *permission = rd_permission_of(model, entry->command);
    for (size_t i = 0; permission && i < permission->row_count; i++)
        if (permission->rows[i]->amount && permission->rows[i]->up_to)
            return permission->rows[i];
    return NULL;
}

static const struct rd_value *money_fact(const struct rd_command_entry *entry, const char *name)
{
    const struct rd_value *value = NULL;
    if (rd_value_is(&entry->form, RD_MAP))
        value = rd_map_get(&entry->form, name);
    if (!value && rd_value_is(&entry->facts, RD_MAP))
        value = rd_map_get(&entry->facts, name);
    return value && value->kind != RD_NULL ? value : NULL;
}

/* "complaint.grant, remedy = refund": what the limit asks for beside the role. */
static const char *money_name(const struct rd_command_entry *entry,
                              const struct rd_authority_row *row, struct rd_arena *arena)
{
    const char *name = entry->command;
    for (size_t i = 0; i < row->up_to->input_count; i++) {
        const struct rd_field *input = &row->up_to->inputs[i];
        const struct rd_value *value = money_fact(entry, input->name);
        if (input->type.kind == RD_TYPE_CHOICE && strcmp(input->name, "role") != 0 && value &&
            value->kind == RD_TEXT)
            name = rd_arena_printf(arena, "%s, %s = %s", name, input->name, value->text);
    }
    return name;
}

static void money_granted(struct rd_tallies *tallies, const struct rd_command_entry *entry,
                          const struct rd_command_entry *again, struct rd_arena *arena)
{
    const struct rd_authority_row *row = money_amount_row(tallies, entry);
    const struct rd_value *amount = NULL;
    if (!row)
        return;
    amount = money_fact(entry, row->amount);
    if (!amount && again)
        amount = money_fact(again, row->amount);
    bool was = !entry->refused && !money_is_above(&entry->decisions);
    bool is = again && !again->refused && !money_is_above(&again->decisions);
    if (!rd_value_is(amount, RD_INT) || amount->integer == 0 || (!was && !is))
        return;
    const char *name = money_name(entry, row, arena);
    struct rd_value *sum = rd_tallies_row(tallies, &tallies->money, name, strlen(name));
    rd_tallies_add(tallies, sum, "was", was ? amount->integer : 0);
    rd_tallies_add(tallies, sum, "is", is ? amount->integer : 0);
    rd_tallies_add(tallies, sum, "was_count", was);
    rd_tallies_add(tallies, sum, "is_count", is);
}

/* [13, type of the entry, account, amount, ...] */
static void money_posts(struct rd_tallies *tallies, const struct rd_value *effects,
                        const char *side, const char *count, struct rd_arena *arena)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer != RD_EFFECT_POST)
            continue;
        const char *type =
            rd_catalogue_type_name(&tallies->kernel->catalogue, (uint16_t)at[1].integer);
        const char *name = rd_arena_printf(arena, "ledger %s", type ? type : "");
        struct rd_value *sum = rd_tallies_row(tallies, &tallies->money, name, strlen(name));
        rd_tallies_add(tallies, sum, side, at[3].integer);
        rd_tallies_add(tallies, sum, count, 1);
    }
}

const struct rd_value *rd_tallies_amount(const struct rd_tallies *tallies,
                                         const struct rd_command_entry *entry)
{
    const struct rd_authority_row *row = money_amount_row(tallies, entry);
    return row ? money_fact(entry, row->amount) : NULL;
}

void rd_tallies_money(struct rd_tallies *tallies, const struct rd_command_entry *entry,
                      const struct rd_command_entry *again)
{
    struct rd_arena arena;
    rd_arena_init(&arena);
    money_granted(tallies, entry, again, &arena);
    money_posts(tallies, &entry->effects, "was", "was_count", &arena);
    if (again && !again->refused)
        money_posts(tallies, &again->effects, "is", "is_count", &arena);
    rd_arena_fini(&arena);
}

void rd_tallies_money_open(struct rd_tallies *tallies, const struct rd_command_entry *entry)
{
    const struct rd_value *amount = rd_tallies_amount(tallies, entry);
    struct rd_arena arena;
    rd_arena_init(&arena);
    if (rd_value_is(amount, RD_INT) && amount->integer != 0 && !entry->refused &&
        !money_is_above(&entry->decisions)) {
        const char *name = money_name(entry, money_amount_row(tallies, entry), &arena);
        struct rd_value *sum = rd_tallies_row(tallies, &tallies->money, name, strlen(name));
        rd_tallies_add(tallies, sum, "open", amount->integer);
        rd_tallies_add(tallies, sum, "open_count", 1);
    }
    money_posts(tallies, &entry->effects, "open", "open_count", &arena);
    rd_arena_fini(&arena);
}

struct rd_value rd_tallies_money_rows(struct rd_tallies *tallies, struct rd_arena *arena)
{
    struct rd_value list = rd_tallies_sorted(&tallies->money, arena);
    for (uint32_t i = 0; i < list.count; i++) {
        struct rd_value *row = &list.items[i];
        int64_t was = rd_map_int(row, "was", 0), is = rd_map_int(row, "is", 0), more;
        char text[RD_MONEY_TEXT_MAX];
        const struct {
            const char *name;
            int64_t minor;
        } sums[] = { { "was", was },
                     { "is", is },
                     { "more", __builtin_sub_overflow(is, was, &more) ? INT64_MAX : more },
                     { "open", rd_map_int(row, "open", 0) } };
        for (size_t s = 0; s < sizeof sums / sizeof *sums; s++) {
            if (s == 3 && !rd_map_get(row, "open_count"))
                continue; /* of whole cases only */
            rd_money_write(sums[s].minor, text);
            rd_map_set(arena, row, sums[s].name, rd_text_copy(arena, text, strlen(text)));
        }
    }
    return list;
}
