/* Counting and adding up records that are alike.
 *
 *   stored rows, by the index, from the start of the time looked at ─▶ all but those in hand
 *   drafts of this very plan                                        ─▶ as they will be
 *
 * A record that the command touches is older in the store than it is: its row there is passed over,
 * and the draft speaks for itself. So the last child that becomes final in a plan is final for the
 * parent that counts its open children, and a record that is just being opened counts as well.
 */
#include "kernel/inside.h"

#include <string.h>

#include "domain/normal.h"
#include "base/text.h"
#include "domain/zone.h"
#include "store/tables.h"

struct count_run {
    struct rd_run *run;
    const struct rd_fact *fact;
    struct rd_value *same; /* what each of the fact's `same` must be; others are not looked at */
    int64_t since_ms, looked;
    int64_t sum;
    struct rd_arena
        scratch; /* one record at a time: there may be very many, and none of them stays */
};

/* The local midnight with which the calendar period of `now_ms` began. */
static int64_t count_period_start(const struct rd_zone *zone, enum rd_count_period period,
                                  int64_t now_ms)
{
    int64_t local = rd_zone_local_ms(zone, now_ms);
    int64_t days = (local - (local < 0 ? 86399999 : 0)) / 86400000;
    int year, month, day;
    rd_date_civil(days, &year, &month, &day);
    switch (period) {
    case RD_COUNT_EVER:
        return INT64_MIN;
    case RD_COUNT_DAY:
        break;
    case RD_COUNT_MONTH:
        days = rd_date_days(year, month, 1);
        break;
    case RD_COUNT_QUARTER:
        days = rd_date_days(year, (month - 1) / 3 * 3 + 1, 1);
        break;
    case RD_COUNT_YEAR:
        days = rd_date_days(year, 1, 1);
        break;
    }
    return rd_zone_reach_ms(zone, days * 86400000);
}

static bool count_one_of(const struct rd_type *type, const struct rd_value *value,
                         const struct rd_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rd_normal_equal(type, value, &values[i]))
            return true;
    return false;
}

/* Whether a value of `equal`'s field is what is asked for. */
static bool count_value_fits(const struct count_run *count, size_t at, const struct rd_value *value)
{
    const struct rd_equal *equal = &count->fact->equal[at];
    if (!value || value->kind == RD_NULL)
        return false;
    const struct rd_type *type =
        equal->field >= 0 ? &count->fact->type->fields[equal->field].type : NULL;
    return equal->path ? rd_normal_equal(type, value, &count->same[at])
                       : count_one_of(type, value, equal->values, equal->value_count);
}

static bool count_record_fits(const struct count_run *count, const struct rd_record *record,
                              const struct rd_draft *draft)
{
    for (size_t i = 0; i < count->fact->equal_count; i++) {
        const struct rd_equal *equal = &count->fact->equal[i];
        struct rd_value state = record->state ? rd_text(record->state) : rd_null();
        const struct rd_value *value = equal->field < 0 ? &state
                                       : draft          ? rd_draft_at(draft, equal->field)
                                                        : rd_map_get(&record->data, equal->name);
        if (!count_value_fits(count, i, value))
            return false;
    }
    return true;
}

static enum rd_status count_add(struct count_run *count, const struct rd_value *value)
{
    int64_t more = count->fact->kind == RD_FACT_COUNT ? 1
                   : rd_value_is(value, RD_INT)       ? value->integer
                                                      : 0;
    if (__builtin_add_overflow(count->sum, more, &count->sum))
        return rd_error_set(count->run->error, RD_POLICY_FAULT, "fact '%s': the sum does not fit",
                            count->fact->name);
    return RD_OK;
}

static const char *count_sum_field(const struct rd_fact *fact)
{
    return fact->kind == RD_FACT_SUM ? fact->type->fields[fact->field].name : NULL;
}

/* What the plan makes of the records that it touches. */
static enum rd_status count_drafts(struct count_run *count)
{
    const struct rd_run *run = count->run;
    const char *field = count_sum_field(count->fact);
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        if (draft->type == count->fact->type && draft->record.opened_at_ms >= count->since_ms &&
            draft->record.opened_at_ms <= run->now_ms &&
            count_record_fits(count, &draft->record, draft))
            status = count_add(count, field ? rd_draft_get(draft, field) : NULL);
    }
    return status;
}

static bool count_in_hand(const struct rd_run *run, uint64_t id)
{
    for (size_t i = 0; i < run->draft_count; i++)
        if (run->drafts[i]->record.id.value == id)
            return true;
    return false;
}

/* One row of the index. The record is read only where the index does not say everything. */
static enum rd_status count_row(struct count_run *count, struct rd_id id, bool whole)
{
    struct rd_record record;
    const char *field = count_sum_field(count->fact);
    if (whole && !field)
        return count_add(count, NULL);
    rd_arena_reset(&count->scratch);
    enum rd_status status =
        rd_record_load(count->run->kernel->store, id, &count->scratch, &record, count->run->error);
    if (status == RD_OK && count_record_fits(count, &record, NULL))
        status = count_add(count, field ? rd_map_get(&record.data, field) : NULL);
    return status == RD_NOT_FOUND ? RD_OK : status;
}

static bool count_is_enough(const struct count_run *count)
{
    return count->fact->kind == RD_FACT_COUNT && count->sum >= count->fact->at_most;
}

/* The rows of one slot of the index, from the start of the time that is looked at. */
static enum rd_status count_slot(struct count_run *count, const unsigned char *slot, bool whole)
{
    struct rd_run *run = count->run;
    const struct rd_fact *fact = count->fact;
    uint32_t number = run->kernel->bindings[fact->type - run->model->types].indexes[fact->index];
    struct rd_index_key from = rd_index_key(number, slot, count->since_ms, 0);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, run->kernel->store, RD_TABLE_INDEX, from.bytes, false, run->error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        if (count_is_enough(count) || rd_index_key_opened_at(walk.key) > run->now_ms)
            break;
        if (++count->looked > RD_FACT_ROWS_MAX) {
            status = rd_error_set(run->error, RD_LIMIT_EXCEEDED,
                                  "fact '%s' looks at more than %d records; shorten in_last or "
                                  "add to `same`",
                                  fact->name, RD_FACT_ROWS_MAX);
            break;
        }
        struct rd_id id = { rd_index_key_record(walk.key) };
        if (!count_in_hand(run, id.value))
            status = count_row(count, id, whole);
        if (status == RD_OK)
            status = rd_walk_next(&walk, run->error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

/* The stored records: one slot for each of the values that the one field with several may have. */
static enum rd_status count_stored(struct count_run *count)
{
    const struct rd_fact *fact = count->fact;
    const struct rd_type_index *index = &fact->type->indexes[fact->index];
    const struct rd_value *values[RD_CATALOGUE_INDEX_FIELDS_MAX];
    size_t held = index->field_count ? index->field_count : 1, several = held, ways = 1;
    const struct rd_equal *of_several = NULL;
    enum rd_status status = RD_OK;
    for (size_t i = 0; i < held; i++) {
        int field = index->field_count ? index->fields[i] : -1;
        size_t at = 0;
        while (fact->equal[at].field != field)
            at++;
        const struct rd_equal *equal = &fact->equal[at];
        values[i] = equal->path ? &count->same[at] : &equal->values[0];
        if (equal->value_count > 1) {
            several = i;
            of_several = equal;
            ways = equal->value_count;
        }
    }
    for (size_t w = 0; status == RD_OK && w < ways; w++) {
        unsigned char slot[RD_INDEX_VALUE_BYTES];
        if (of_several)
            values[several] = &of_several->values[w];
        if (rd_normal_slot(fact->type, index, values, count->run->arena,
                           &count->run->kernel->scratch, slot))
            status = count_slot(count, slot, held == fact->equal_count);
    }
    return status;
}

/* Where the last answer to this fact is kept. */
static struct rd_counted *count_kept(struct rd_run *run, struct rd_draft *draft,
                                     const struct rd_fact *fact)
{
    if (!draft->counted)
        draft->counted =
            rd_arena_zalloc(run->arena, draft->chart->fact_count, sizeof *draft->counted);
    return &draft->counted[fact - draft->chart->facts];
}

/* The plan changes nothing in the store: what was counted there holds as long as the same is asked
 * for and the same records are in hand, counting for the same. */
static bool count_holds(const struct count_run *count, const struct rd_counted *kept)
{
    if (!kept->same || kept->drafts != count->run->draft_count || kept->own != count->sum)
        return false;
    for (size_t i = 0; i < count->fact->equal_count; i++)
        if (!rd_value_equal(&kept->same[i], &count->same[i]))
            return false;
    return true;
}

/* The stored records, unless they have been counted. */
static enum rd_status count_whole(struct count_run *count, struct rd_counted *kept)
{
    if (count_holds(count, kept)) {
        count->sum = kept->result;
        return RD_OK;
    }
    int64_t own = count->sum;
    rd_arena_init(&count->scratch);
    enum rd_status status = count_stored(count);
    rd_arena_fini(&count->scratch);
    if (status == RD_OK)
        *kept = (struct rd_counted){
            .same = count->same, .drafts = count->run->draft_count, .own = own, .result = count->sum
        };
    return status;
}

enum rd_status rd_gather_count(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_fact *fact, struct rd_value *out)
{
    struct count_run count = { .run = run, .fact = fact };
    bool asks = true;
    enum rd_status status = RD_OK;
    count.same = rd_arena_zalloc(run->arena, fact->equal_count + 1, sizeof *count.same);
    count.since_ms = fact->in_last_ms
                         ? run->now_ms - fact->in_last_ms
                         : count_period_start(run->model->local, fact->in_this, run->now_ms);
    if (fact->in_this != RD_COUNT_EVER)
        rd_run_zoned(run, run->model->local);
    for (size_t i = 0; status == RD_OK && i < fact->equal_count; i++) {
        if (!fact->equal[i].path)
            continue;
        status = rd_gather_path(run, draft, &fact->equal[i].from, &count.same[i]);
        asks = asks && count.same[i].kind != RD_NULL; /* nothing is like what is empty */
    }
    if (status == RD_OK && asks)
        status = count_drafts(&count);
    if (status == RD_OK && asks)
        status = count_whole(&count, count_kept(run, draft, fact));
    if (status == RD_OK)
        *out = rd_int(count_is_enough(&count) ? fact->at_most : count.sum);
    return status;
}
