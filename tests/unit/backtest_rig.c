/* What tests of back-tests share: a history with something of everything in it. */
#include "unit/backtest_rig.h"

#include "policy/policy.h"

enum rd_status rig_backtest(struct kernel_rig *rig, struct rd_backtest_options options,
                            struct rd_value *result)
{
    struct rd_policy_source *sources;
    struct rd_findings findings;
    char scratch[UNIT_DIR_MAX];
    unit_dir_make(scratch);
    rd_findings_init(&findings, &rig->arena);
    rig->error = RD_ERROR_NONE;
    ck_assert_int_eq(
        rd_policy_read_dir(&rig->arena, rig->policy, &sources, &options.source_count, &rig->error),
        RD_OK);
    options.sources = sources;
    if (!options.journal_dir)
        options.journal_dir = rd_arena_printf(&rig->arena, "%s/journal", rig->data);
    options.scratch_dir = scratch;
    enum rd_status status = rd_backtest_run(&options, &rig->arena, result, &findings, &rig->error);
    unit_dir_remove(scratch);
    return status;
}

const char *rig_granted(struct kernel_rig *rig, const char *as, const char *amount, bool fails)
{
    const char *id = rig_job(rig, "g");
    rig_act(rig, id, "work");
    rig->as = as;
    const char *form = "{'id': '%s', 'event': 'grant', 'form': {'amount': '%s'}}";
    if (fails)
        rig_no(rig, "not_allowed", NULL, "case.act", form, id, amount);
    else
        rig_ok(rig, "case.act", form, id, amount);
    rig->as = NULL;
    return id;
}

void rig_history(struct kernel_rig *rig)
{
    rig->as = "ann";
    struct rd_value li = rig_ok(rig, "record.create",
                                "{'type': 'person', 'data': {'name': 'Li', 'worth': '12.50', "
                                "'born': '1990-01-02', 'tags': ['a', 'b'], 'unit': 'gz'}}");
    rig_ok(rig, "record.update", "{'id': '%s', 'set': {'rate': 0.25, 'note': null}}",
           t_text(li, "id"));
    rig->as = "ben";
    const char *first =
        t_text(rig_ok(rig, "case.open",
                      "{'type': 'job', 'data': {'subject': 'x', 'amount': '80.00', 'size': 3, "
                      "'remark': 'as it is', 'person': '%s'}}",
                      t_text(li, "id")),
               "id");
    const char *second = rig_job(rig, "x");
    rig_act(rig, first, "work");
    static const char *const events[] = { "judge", "split", "many", "remind", "forget" };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        rig_act(rig, first, events[i]);
    rig->as = "ben";
    rig_no(rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'broken'}", first);
    rig->as = "non";
    rig_no(rig, "not_found", NULL, "case.act", "{'id': '%s', 'event': 'work'}", first);
    rig->as = NULL;
    rig_act(rig, first, "remind");
    rig_advance(rig, "3 hours"); /* the reminder */
    rig_granted(rig, "ben", "99.00", false);
    rig_granted(rig, "ben", "120.00", false); /* goes up */
    rig_act(rig, first, "wait");
    rig_advance(rig, "6 days");
    rig_act(rig, first, "resume");
    rig_advance(rig, "20 days"); /* limits, the whole case's too */
    rig_act(rig, first, "done");
    (void)second;
    rig->as = "imp";
    rig_ok(rig, "import.apply",
           "{'session': 's', 'rows': [{'key': 'k', 'at': '2026-01-05T01:00:00Z', 'type': 'job', "
           "'open': {'data': {'subject': 'old', 'amount': '70.00'}}}, {'key': 'k', 'id': 'e1', "
           "'at': '2026-01-07T01:00:00Z', 'event': 'work'}]}");
    rig_ok(rig, "import.finish", "{'session': 's'}");
    rig->as = NULL;
}
