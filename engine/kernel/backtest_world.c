/* The world of a back-test: a kernel without a vault, whose store is made from somebody else's
 * journal, entry by entry, and which wears one generation or another.
 *
 * The store is as it was only if the names that the candidate has beyond the journal's (types,
 * indexes) get numbers which no activation of the journal will give: they begin at high ones.
 */
#include "kernel/backtest_inside.h"
#include "kernel/era.h"

#include <stdlib.h>
#include <string.h>

#include "store/keys.h"

#define WORLD_TYPE_FROM 3000 /* of RD_CATALOGUE_TYPES_MAX */
#define WORLD_INDEX_FROM 0x40000000u
#define WORLD_COMMIT_BYTES (64u << 20) /* of what is written and not on disk yet */

void rd_world_init(struct rd_world *world, struct rd_symbols *symbols)
{
    struct rd_kernel *kernel = calloc(1, sizeof *kernel);
    RD_ASSERT(kernel);
    *world = (struct rd_world){ .kernel = kernel };
    rd_catalogue_init(&kernel->catalogue, symbols);
    rd_apply_init(&kernel->apply, &kernel->catalogue);
    rd_buf_init(&kernel->entry_buf);
    rd_buf_init(&kernel->scratch);
    rd_arena_init(&kernel->ring_arena);
    rd_arena_init(&kernel->moved_arena);
    rd_arena_init(&world->arena);
    kernel->clock_manual = true;
    kernel->turn.quiet = true;
}

void rd_world_keys(struct rd_world *world, const char *journal_dir)
{
    char dir[4096];
    rd_keys_dir_of(journal_dir, dir, sizeof dir);
    world->keys = rd_keys_new(dir);
    world->kernel->catalogue.names.sealer = rd_keys_sealer(world->keys);
}

enum rd_status rd_world_open(struct rd_world *world, const char *dir, struct rd_error *error)
{
    struct rd_kernel *kernel = world->kernel;
    enum rd_status status = rd_store_open(dir, NULL, &kernel->store, error);
    if (status == RD_OK)
        rd_store_use_names(kernel->store, &kernel->catalogue.names);
    return status;
}

static void world_rules_free(struct rd_rules *rules)
{
    rd_bindings_free(rules->bindings);
    rd_staff_free(rules->staff);
    rd_policy_free(rules->policy);
    *rules = (struct rd_rules){ .policy = NULL };
}

void rd_world_fini(struct rd_world *world)
{
    struct rd_kernel *kernel = world->kernel;
    world_rules_free(&world->recorded);
    world_rules_free(&world->candidate);
    rd_world_kept_only(world, NULL);
    rd_store_close(kernel->store);
    rd_apply_fini(&kernel->apply);
    rd_catalogue_fini(&kernel->catalogue);
    rd_keys_free(world->keys);
    rd_buf_fini(&kernel->entry_buf);
    rd_buf_fini(&kernel->scratch);
    rd_arena_fini(&kernel->ring_arena);
    rd_arena_fini(&kernel->moved_arena);
    rd_arena_fini(&world->arena);
    free(kernel);
}

void rd_world_wear(struct rd_world *world, const struct rd_rules *rules)
{
    struct rd_kernel *kernel = world->kernel;
    kernel->policy = rules->policy;
    kernel->model = rules->policy ? rd_policy_model(rules->policy) : NULL;
    kernel->bindings = rules->bindings;
    kernel->staff = rules->staff;
}

enum rd_status rd_world_bind(struct rd_world *world, struct rd_rules *rules, struct rd_error *error)
{
    struct rd_kernel *kernel = world->kernel;
    if (!rules->policy)
        return RD_OK;
    rd_bindings_free(rules->bindings);
    rules->bindings = rd_bindings_new(&kernel->catalogue, rd_policy_model(rules->policy));
    rd_world_wear(world, rules);
    rd_eras_bind_found(kernel, rules->eras.kind == RD_MAP ? &rules->eras : NULL);
    enum rd_status status = rd_staff_bind(kernel, error);
    rules->staff = kernel->staff;
    return status;
}

/* ---- generations of the journal ---- */

static const struct rd_value *world_policy(const struct rd_command_entry *entry)
{
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (entry->effects.items[i].items[0].integer == RD_EFFECT_POLICY)
            return &entry->effects.items[i];
    return NULL;
}

static bool world_has_index(const struct rd_catalogue *catalogue, const struct rd_value *effect)
{
    const struct rd_value *at = effect->items;
    return at[0].integer == RD_EFFECT_INDEX &&
           rd_catalogue_index(catalogue, (uint16_t)at[2].integer, at[3].text);
}

/* The entry's effects without the indexes that are there already under the candidate's number. */
static struct rd_value world_effects(struct rd_world *world, const struct rd_command_entry *entry,
                                     struct rd_arena *arena)
{
    struct rd_value effects = rd_list();
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (!world_has_index(&world->kernel->catalogue, &entry->effects.items[i]))
            rd_list_add(arena, &effects, entry->effects.items[i]);
    return effects;
}

static enum rd_status world_put(struct rd_world *world, const struct rd_entry *raw,
                                const struct rd_command_entry *entry, struct rd_error *error)
{
    struct rd_apply *apply = &world->kernel->apply;
    apply->tallies.seq = raw->seq - 1; /* where the same entry goes on, too */
    apply->live = entry;
    apply->live_seq = raw->seq;
    enum rd_status status = rd_apply_entry(apply, world->kernel->store, raw, error);
    apply->live = NULL;
    return status;
}

/* What the candidate has beyond the journal so far: applied as an activation would. */
static enum rd_status world_names(struct rd_world *world, const struct rd_entry *raw,
                                  struct rd_arena *arena, struct rd_error *error)
{
    struct rd_value effects = rd_list();
    if (!world->candidate.policy)
        return RD_OK;
    enum rd_status status =
        rd_activate_names(&world->kernel->catalogue, rd_policy_model(world->candidate.policy),
                          WORLD_TYPE_FROM, WORLD_INDEX_FROM, arena, &effects, error);
    struct rd_command_entry entry = { .command = "policy.activate",
                                      .actor = "system",
                                      .effects = effects };
    return status != RD_OK || effects.count == 0 ? status : world_put(world, raw, &entry, error);
}

/* The rules of the day, from the sources in their activation's entry. Where they can't be loaded
 * (none were stored; another program's language) nothing can be held against them. */
static void world_load(struct rd_world *world, const struct rd_value *effect,
                       struct rd_arena *arena)
{
    const struct rd_value *texts = &effect->items[3];
    struct rd_policy_source *sources;
    struct rd_findings findings;
    struct rd_error ignored = RD_ERROR_NONE;
    if (!rd_value_is(texts, RD_MAP) || texts->count == 0)
        return;
    sources = rd_arena_zalloc(arena, texts->count, sizeof *sources);
    for (uint32_t i = 0; i < texts->count; i++)
        sources[i] = (struct rd_policy_source){ .path = texts->pairs[i].key,
                                                .text = texts->pairs[i].value.text,
                                                .len = texts->pairs[i].value.count };
    rd_findings_init(&findings, arena);
    if (rd_policy_load(sources, texts->count, world->kernel->catalogue.names.symbols, &findings,
                       &world->recorded.policy, &ignored) != RD_OK)
        world->recorded.policy = NULL;
}

/* What the generation's row says of itself; NULL: nothing. */
static const struct rd_value *world_about(const struct rd_value *effect, const char *key)
{
    return effect->count > 5 ? rd_map_get(&effect->items[5], key) : NULL;
}

static enum rd_status world_activated(struct rd_world *world, const struct rd_entry *raw,
                                      const struct rd_command_entry *entry, struct rd_arena *arena,
                                      struct rd_error *error)
{
    const struct rd_value *effect = world_policy(entry);
    const struct rd_value *eras = world_about(effect, "eras"),
                          *moved = world_about(effect, "moved");
    enum rd_status status = world_names(world, raw, arena, error);
    world_rules_free(&world->recorded);
    strncpy(world->recorded.hash, effect->items[2].text, sizeof world->recorded.hash - 1);
    if (world->remembers && !(world->spares && strcmp(world->recorded.hash, world->spares) == 0))
        world_load(world, effect, arena);
    if (!world->begun || world->remembers) /* a world of the candidate's own has its own number */
        world->kernel->generation = (uint32_t)effect->items[1].integer;
    rd_arena_reset(&world->kernel->moved_arena);
    world->kernel->moved = moved ? rd_value_copy(&world->kernel->moved_arena, moved) : rd_null();
    if (status == RD_OK)
        status = rd_world_keep(world, &world->recorded, eras, error);
    if (status == RD_OK && world->remembers && !world->begun)
        status = rd_world_keep(world, &world->candidate, eras, error);
    rd_world_kept_only(world, eras);
    if (status == RD_OK)
        status = rd_world_bind(world, &world->recorded, error);
    if (status == RD_OK)
        status = rd_world_bind(world, &world->candidate, error);
    rd_world_wear(world, &world->candidate);
    rd_draw_bind(world->kernel);
    world->ready = true;
    return status;
}

static void world_staff(struct rd_world *world, const struct rd_command_entry *entry)
{
    const struct rd_rules *each[2] = { &world->recorded, &world->candidate };
    for (size_t i = 0; i < 2; i++) {
        if (!each[i]->staff)
            continue;
        rd_world_wear(world, each[i]);
        rd_staff_changed(world->kernel, entry);
        rd_staff_settle(world->kernel);
        rd_staff_flushed(world->kernel);
    }
    rd_world_wear(world, &world->candidate);
}

enum rd_status rd_world_apply(struct rd_world *world, const struct rd_entry *raw,
                              const struct rd_command_entry *entry, struct rd_arena *arena,
                              struct rd_error *error)
{
    struct rd_kernel *kernel = world->kernel;
    struct rd_command_entry applied = *entry;
    bool activates = world_policy(entry) != NULL;
    if (activates)
        applied.effects = world_effects(world, entry, arena);
    enum rd_status status = world_put(world, raw, &applied, error);
    if (status != RD_OK)
        return status;
    if (activates)
        status = world_activated(world, raw, entry, arena, error);
    else
        world_staff(world, entry);
    if (status == RD_OK && rd_store_layer_bytes(kernel->store) > WORLD_COMMIT_BYTES)
        status = rd_store_commit(kernel->store, error);
    return status;
}
