/* Eras: which of a type's cases go by which generation's workflow, where these pin or follow at
 * their next state (open_cases of the workflow in force). Inside the kernel only.
 *
 *   serial of the case  0 ......... 120 ...... 345 ──▶
 *   begun under         generation 1 │ 4       │ 7 (in force)
 *
 * Serials only grow, so an activation writes down where a new era begins, and no case is touched.
 * A case that has followed since bears the generation itself (RD_RECORD_FOLLOWS). The list stands
 * in the row of the generation, so a rebuild and a standby have the same one. */
#ifndef RD_KERNEL_ERA_H
#define RD_KERNEL_ERA_H

#include "kernel/inside.h"

#define RD_ERAS_MAX (RD_PINNED_POLICIES_MAX + 1)

struct rd_era {
    uint64_t first;      /* serial of the first case */
    uint32_t generation; /* 0: the one that is being activated */
    const struct rd_chart *chart;
    struct rd_policy *from; /* of a plan: whose workflow that is; NULL: the candidate's */
    bool used;              /* of a plan: an open case goes by it */
};

/* What an activation does to eras: one row a type that has more than one. */
struct rd_era_plan {
    struct rd_era_row {
        const char *type;
        struct rd_era eras[RD_ERAS_MAX + 1];
        size_t count;
    } * rows;
    size_t count;
};

/* The generation in force, as far as a plan reads it: nothing of that changes while one policy is
 * being loaded on another thread. */
struct rd_era_base {
    struct rd_policy *policy; /* NULL: there is none yet */
    const struct rd_model *model;
    const struct rd_type_binding *bindings;
    uint32_t generation;
};
struct rd_era_base rd_era_base(const struct rd_kernel *kernel);
/* What becomes of eras if `candidate` comes into force, `back_to` an earlier generation or 0. In
 * the arena. RD_LIMIT_EXCEEDED where there are too many. */
enum rd_status rd_eras_plan(const struct rd_era_base *base, const struct rd_policy *candidate,
                            int64_t back_to, struct rd_arena *arena, struct rd_era_plan *out,
                            struct rd_error *error) RD_MUST_CHECK;
/* Gives the candidate the workflows that the plan keeps (rd_policy_pin), unless it has just them.
 */
enum rd_status rd_eras_join(const struct rd_era_plan *plan, struct rd_policy *candidate,
                            struct rd_findings *findings, struct rd_error *error) RD_MUST_CHECK;
/* Whether it keeps any that is not the candidate's own. */
bool rd_eras_keep(const struct rd_era_plan *plan);
/* The era of a record of the plan; NULL: its type has one only. */
struct rd_era *rd_eras_of(const struct rd_era_plan *plan, const struct rd_record_type *type,
                          const struct rd_record *record);
/* The chart of `type`, of the joined candidate, that the record would go by. */
const struct rd_chart *rd_eras_chart(const struct rd_era_plan *plan,
                                     const struct rd_record_type *type,
                                     const struct rd_record *record);
/* Forgets the oldest eras by which no open case goes. */
void rd_eras_retire(struct rd_era_plan *plan);
/* The plan as the generation's row has it: {type: [[generation, first serial], ...]}; null where it
 * is empty. */
enum rd_status rd_eras_value(struct rd_kernel *kernel, const struct rd_era_plan *plan,
                             uint32_t generation, struct rd_arena *arena, struct rd_value *out,
                             struct rd_error *error) RD_MUST_CHECK;
/* Gives a stored policy the workflows that a row's eras (NULL: none) keep: from the generation in
 * force where it has them, else from what is stored. One that can't be loaded is an error where an
 * open case goes by it; else it is logged, counted (kernel->eras_lost), and done without. */
enum rd_status rd_eras_load(struct rd_kernel *kernel, const struct rd_value *eras,
                            struct rd_policy *policy, struct rd_findings *findings,
                            struct rd_error *error) RD_MUST_CHECK;
/* Binds the kernel's types to their eras. */
void rd_eras_bind(struct rd_kernel *kernel, const struct rd_value *eras);
/* The same where the policy may lack some of those workflows (rd_eras_load, back-tests): the cases
 * of these go by its own. */
void rd_eras_bind_found(struct rd_kernel *kernel, const struct rd_value *eras);

/* Which of the eras a record goes by: that of its serial, or a later one to which it followed. */
size_t rd_era_find(const struct rd_era *eras, size_t count, const struct rd_record *record);
/* Whether the record keeps the workflow of an earlier generation. */
bool rd_era_keeps(const struct rd_type_binding *binding, const struct rd_record *record);
/* The chart by which the record goes, where its type has eras. */
const struct rd_chart *rd_era_chart(const struct rd_type_binding *binding,
                                    const struct rd_record *record);
static inline const struct rd_chart *rd_chart_of(const struct rd_kernel *kernel,
                                                 const struct rd_record_type *type,
                                                 const struct rd_record *record)
{
    const struct rd_type_binding *binding = &kernel->bindings[type - kernel->model->types];
    return binding->era_count ? rd_era_chart(binding, record) : type->chart;
}
/* The draft, in hand on its way from one state to another, goes by the workflow in force from here
 * on, where that says so and has a place for it. Gives the state that it enters there; -1: it goes
 * on as it was. */
int rd_era_follow(struct rd_run *run, struct rd_draft *draft, const char *state);

#endif
