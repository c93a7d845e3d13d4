/* Which generations there were, and what the one in force has: read only. */
#include "kernel/generation.h"
#include "kernel/inside.h"
#include "kernel/proposal.h"

#include <string.h>

#include "base/pack.h"
#include "store/tables.h"

enum rd_status rd_generation_row(struct rd_kernel *kernel, int64_t generation,
                                 struct rd_arena *arena, struct rd_value *row,
                                 struct rd_error *error)
{
    unsigned char key[4];
    const void *bytes;
    size_t len;
    if (generation < 1 || generation > UINT32_MAX)
        return RD_NOT_FOUND;
    rd_key_put_u32(key, (uint32_t)generation);
    enum rd_status status = rd_store_get(kernel->store, RD_TABLE_POLICY, key, &bytes, &len, error);
    return status == RD_OK ? rd_pack_read(arena, bytes, len, row, error) : status;
}

/* Promises were read when the generation was activated; a start need not read them again. */
static bool generation_is_test(const char *path)
{
    size_t len = strlen(path), tail = strlen("_test.lua");
    return len > tail && strcmp(path + len - tail, "_test.lua") == 0;
}

void rd_generation_texts(const struct rd_value *texts, bool tests, struct rd_arena *arena,
                         struct rd_policy_source **sources, size_t *count)
{
    *sources = rd_arena_zalloc(arena, texts->count + 1, sizeof **sources);
    *count = 0;
    for (uint32_t i = 0; i < texts->count; i++)
        if (tests || !generation_is_test(texts->pairs[i].key))
            (*sources)[(*count)++] =
                (struct rd_policy_source){ texts->pairs[i].key, texts->pairs[i].value.text,
                                           texts->pairs[i].value.count };
}

void rd_generation_sources(const struct rd_value *row, bool tests, struct rd_arena *arena,
                           struct rd_policy_source **sources, size_t *count)
{
    rd_generation_texts(&row->items[3], tests, arena, sources, count);
}

/* ---- policy.list ---- */

static void list_copy(struct rd_arena *arena, struct rd_value *item, const char *key,
                      const struct rd_value *value)
{
    rd_map_add(arena, item, key, value ? rd_value_copy(arena, value) : rd_null());
}

/* The texts themselves stay behind: only how many there are, and how long. */
static struct rd_value list_item(const struct rd_kernel *kernel, const struct rd_value *row,
                                 struct rd_arena *arena)
{
    const struct rd_value *texts = &row->items[3], *about = row->count > 5 ? &row->items[5] : NULL;
    const struct rd_value *at = about ? rd_map_get(about, "at") : NULL;
    struct rd_value item = rd_map();
    int64_t bytes = 0;
    for (uint32_t i = 0; i < texts->count; i++)
        bytes += texts->pairs[i].value.count;
    rd_map_add(arena, &item, "generation", row->items[1]);
    list_copy(arena, &item, "hash", &row->items[2]);
    rd_map_add(arena, &item, "in_force", rd_bool(row->items[1].integer == kernel->generation));
    rd_map_add(arena, &item, "at",
               rd_value_is(at, RD_INT) ? rd_show_time(at->integer, arena) : rd_null());
    list_copy(arena, &item, "by", about ? rd_map_get(about, "by") : NULL);
    list_copy(arena, &item, "behind", about ? rd_map_get(about, "behind") : NULL);
    list_copy(arena, &item, "why", about ? rd_map_get(about, "why") : NULL);
    list_copy(arena, &item, "proposed_by", about ? rd_map_get(about, "proposed_by") : NULL);
    list_copy(arena, &item, "back_to", about ? rd_map_get(about, "back_to") : NULL);
    list_copy(arena, &item, "moved", about ? rd_map_get(about, "moved") : NULL);
    list_copy(arena, &item, "signed_by", about ? rd_map_get(about, "signed_by") : NULL);
    rd_map_add(arena, &item, "files", rd_int(texts->count));
    rd_map_add(arena, &item, "bytes", rd_int(bytes));
    return item;
}

enum rd_status rd_method_policy_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_value list = rd_list();
    int64_t limit = rd_map_int(request->params, "limit", RD_GENERATIONS_PAGE);
    int64_t before = rd_map_int(request->params, "before", (int64_t)kernel->generation + 1);
    enum rd_status status = RD_OK;
    if (limit < 1 || limit > RD_GENERATIONS_PAGE_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit", "limit must be 1 to %d",
                           RD_GENERATIONS_PAGE_MAX);
    if (before < 1)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/before",
                           "before must be a generation's number");
    int64_t generation = before > kernel->generation ? kernel->generation : before - 1;
    for (; status == RD_OK && generation > 0 && (int64_t)list.count < limit; generation--) {
        struct rd_arena scratch; /* a row holds all the texts */
        struct rd_value row;
        rd_arena_init(&scratch);
        status = rd_generation_row(kernel, generation, &scratch, &row, &request->error);
        if (status == RD_OK)
            rd_list_add(request->arena, &list, list_item(kernel, &row, request->arena));
        rd_arena_fini(&scratch);
    }
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "generations", list);
    rd_map_add(request->arena, &request->result, "more", rd_bool(generation > 0));
    rd_map_add(request->arena, &request->result, "proposed",
               rd_proposal_show(kernel, request->arena));
    return RD_OK;
}

/* ---- policy.info ---- */

enum rd_status rd_method_policy_info(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_model *model = kernel->model;
    struct rd_value types = rd_list(), decisions = rd_list();
    for (size_t i = 0; i < model->type_count; i++) {
        struct rd_value item = rd_map(), states = rd_list();
        const struct rd_record_type *type = &model->types[i];
        for (size_t s = 0; type->chart && s < type->chart->state_count; s++)
            rd_list_add(arena, &states, rd_text(type->chart->states[s].name));
        rd_map_add(arena, &item, "name", rd_text(type->name));
        rd_map_add(arena, &item, "title", type->title);
        rd_map_add(arena, &item, "workflow", rd_bool(type->chart != NULL));
        if (type->chart) {
            rd_map_add(arena, &item, "open", rd_text(type->chart->open.name));
            rd_map_add(arena, &item, "form",
                       type->chart->open.form ? rd_form_show(type->chart->open.form, arena)
                                              : rd_null());
            rd_map_add(arena, &item, "states", states);
        }
        rd_list_add(arena, &types, item);
    }
    for (size_t i = 0; i < model->decision_count; i++) {
        struct rd_value item = rd_map();
        rd_map_add(arena, &item, "name", rd_text(model->decisions[i].name));
        rd_map_add(arena, &item, "title", model->decisions[i].title);
        rd_map_add(arena, &item, "rows", rd_int((int64_t)model->decisions[i].row_count));
        rd_list_add(arena, &decisions, item);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "generation", rd_int(kernel->generation));
    rd_map_add(arena, &request->result, "hash",
               rd_text_copy(arena, kernel->hash, RD_POLICY_HASH_TEXT - 1));
    rd_map_add(arena, &request->result, "company", rd_text(model->company));
    rd_map_add(arena, &request->result, "records", types);
    rd_map_add(arena, &request->result, "decisions", decisions);
    return RD_OK;
}
