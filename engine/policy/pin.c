/* Workflows that older cases keep: several generations in one model.
 *
 *   policy ─▶ model: charts, decisions and forms of all ─▶ fn 7          ─▶ its own Lua state
 *      └▶ pinned[0], pinned[1] ...                         fn 65536*n + 7 ─▶ that of pinned[n-1]
 *
 * The older ones give their normal form and their functions, nothing else; their models are not
 * asked. They are shared, so that an activation takes over what is loaded: hence the references.
 */
#include <string.h>

#include "domain/model.h"
#include "domain/pin.h"
#include "policy/generation.h"

static const char *pin_text_of(const struct rd_policy *policy, const char *type)
{
    const struct rd_value *workflow = rd_pin_workflow(&policy->normal, type);
    return workflow ? rd_map_text(&policy->texts, rd_map_text(workflow, "file", ""), "") : "";
}

bool rd_policy_same(const struct rd_policy *a, const struct rd_policy *b, const char *type)
{
    return rd_pin_same(&a->normal, &b->normal, type) &&
           strcmp(pin_text_of(a, type), pin_text_of(b, type)) == 0;
}

struct rd_policy *rd_policy_ref(struct rd_policy *policy)
{
    if (policy)
        atomic_fetch_add(&policy->refs, 1);
    return policy;
}

/* The place of the policy among the others, from 1; 0: there is no room. */
static size_t pin_slot(struct rd_policy **slots, size_t *used, struct rd_policy *from)
{
    for (size_t i = 0; i < *used; i++)
        if (slots[i] == from)
            return i + 1;
    if (*used == RD_PINNED_POLICIES_MAX)
        return 0;
    slots[(*used)++] = from;
    return *used;
}

static void pins_forget(struct rd_policy *policy)
{
    for (size_t i = 0; i < policy->pinned_count; i++)
        rd_policy_free(policy->pinned[i]);
    policy->pinned_count = policy->pin_count = 0;
}

static void pins_take(struct rd_policy *policy, const struct rd_policy_pin *pins, size_t count,
                      struct rd_policy **slots, size_t used)
{
    struct rd_policy *before[RD_PINNED_POLICIES_MAX];
    size_t count_before = policy->pinned_count; /* they may be the same ones */
    memcpy(before, policy->pinned, sizeof before);
    for (size_t i = 0; i < used; i++)
        policy->pinned[i] = rd_policy_ref(slots[i]);
    policy->pinned_count = used;
    policy->pins = rd_arena_zalloc(&policy->arena, count + 1, sizeof *policy->pins);
    for (size_t i = 0; i < count; i++)
        policy->pins[i] = (struct rd_policy_pin){ rd_arena_copy(&policy->arena, pins[i].type,
                                                                strlen(pins[i].type)),
                                                  pins[i].generation, pins[i].from };
    policy->pin_count = count;
    for (size_t i = 0; i < count_before; i++)
        rd_policy_free(before[i]);
}

enum rd_status rd_policy_pin(struct rd_policy *policy, const struct rd_policy_pin *pins,
                             size_t count, struct rd_findings *findings, struct rd_error *error)
{
    struct rd_policy *slots[RD_PINNED_POLICIES_MAX];
    size_t used = 0;
    struct rd_arena arena;
    struct rd_model *model;
    enum rd_status status = RD_OK;
    rd_arena_init(&arena);
    struct rd_pin *given = rd_arena_zalloc(&arena, count + 1, sizeof *given);
    for (size_t i = 0; i < count; i++) {
        given[i] = (struct rd_pin){ pins[i].type, pins[i].generation,
                                    pin_slot(slots, &used, pins[i].from), &pins[i].from->normal };
        if (!given[i].slot)
            status = rd_error_set(error, RD_LIMIT_EXCEEDED,
                                  "open cases keep the workflows of more than %d generations: let "
                                  "them follow (open_cases = \"follow\")",
                                  RD_PINNED_POLICIES_MAX);
    }
    struct rd_value joined = rd_pin_join(&arena, &policy->normal, given, count);
    if (status == RD_OK)
        status = rd_model_build(&joined, policy->model->symbols, findings, &model, error);
    if (status == RD_OK) {
        rd_model_free(policy->model);
        policy->model = model;
        pins_take(policy, pins, count, slots, used);
    }
    rd_arena_fini(&arena);
    return status;
}

struct rd_policy *rd_policy_pinned(const struct rd_policy *policy, const char *type,
                                   uint32_t generation)
{
    for (size_t i = 0; i < policy->pin_count; i++)
        if (policy->pins[i].generation == generation && strcmp(policy->pins[i].type, type) == 0)
            return policy->pins[i].from;
    return NULL;
}

void rd_policy_retire(struct rd_policy *policy)
{
    rd_model_free(policy->model);
    policy->model = NULL;
    pins_forget(policy);
}
