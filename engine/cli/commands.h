/* The table of commands: dispatch, help and the reference page come from it. */
#ifndef RD_CLI_COMMANDS_H
#define RD_CLI_COMMANDS_H

#include "base/buf.h"
#include "base/error.h"
#include "cli/args.h"
#include "cli/cli.h"

struct rd_command {
    const char *noun;
    const char *verb;                /* NULL: the noun alone is the command */
    const char *operands;            /* as the usage line has them: "TYPE [FIELD=VALUE...]" */
    const char *text;                /* one sentence without a full stop */
    const char *more;                /* paragraphs for help and the reference page, or NULL */
    const struct rd_option *options; /* its own; ended by a row without a name */
    bool client;                     /* takes --connect, --as */
    bool output;                     /* takes -o */
    size_t operands_min, operands_max;
    enum rd_status (*run)(struct rd_cli *cli, struct rd_error *error);
};

/* The table of commands, in the order of the help. Static. */
const struct rd_command *rd_commands(size_t *count);
/* The option tables of a command, its own and the shared ones; returns how many. */
size_t rd_command_tables(const struct rd_command *command,
                         const struct rd_option *tables[RD_ARGS_TABLES_MAX]);
/* The command that argv (without the program's name) begins with; *used words are its name.
 * RD_USAGE names the nearest. */
enum rd_status rd_command_find(int argc, char *const *argv, const struct rd_command **out,
                               int *used, struct rd_error *error) RD_MUST_CHECK;

/* Help: all commands, those of a noun, one command. */
void rd_help_all(struct rd_buf *out);
/* False where no command has this noun. */
bool rd_help_noun(struct rd_buf *out, const char *noun);
void rd_help_command(struct rd_buf *out, const struct rd_command *command);
/* The reference page, in Markdown. */
void rd_help_markdown(struct rd_buf *out);

/* What the commands do. They print results through cli->out. */
typedef enum rd_status rd_command_run(struct rd_cli *cli, struct rd_error *error);
rd_command_run rd_run_serve, rd_run_help, rd_run_version;
rd_command_run rd_run_case_open, rd_run_case_act, rd_run_case_show, rd_run_case_list,
    rd_run_case_history, rd_run_case_actions, rd_run_case_disclose, rd_run_case_explain,
    rd_run_case_why, rd_run_case_capture;
rd_command_run rd_run_record_create, rd_run_record_update;
rd_command_run rd_run_decide;
rd_command_run rd_run_policy_check, rd_run_policy_test, rd_run_policy_info, rd_run_policy_reload,
    rd_run_policy_reference, rd_run_policy_stubs, rd_run_policy_workflows, rd_run_policy_list,
    rd_run_policy_activate, rd_run_policy_init, rd_run_policy_rollback, rd_run_policy_prove,
    rd_run_policy_diff, rd_run_policy_confirm, rd_run_policy_withdraw, rd_run_policy_sign;
rd_command_run rd_run_feed_tail, rd_run_clock_advance, rd_run_notice_list, rd_run_agenda_list,
    rd_run_policy_preview, rd_run_schedule_list, rd_run_job_list, rd_run_server_health,
    rd_run_server_info, rd_run_server_metrics, rd_run_doctor, rd_run_call;
rd_command_run rd_run_reference_methods, rd_run_reference_errors, rd_run_reference_commands;
rd_command_run rd_run_person_erase, rd_run_person_confirm, rd_run_person_list;
rd_command_run rd_run_calendar_add, rd_run_calendar_between, rd_run_calendar_show,
    rd_run_calendar_import;
rd_command_run rd_run_backup_create, rd_run_backup_verify, rd_run_backup_restore;
rd_command_run rd_run_store_stat, rd_run_store_rebuild, rd_run_store_verify, rd_run_store_repair;
rd_command_run rd_run_audit_verify, rd_run_audit_key, rd_run_audit_checkpoint, rd_run_audit_export;
rd_command_run rd_run_audit_check, rd_run_standby_status, rd_run_standby_promote;
rd_command_run rd_run_ledger_show, rd_run_ledger_verify;
rd_command_run rd_run_template_render, rd_run_case_progress, rd_run_case_guidance;
rd_command_run rd_run_import, rd_run_report_cases, rd_run_report, rd_run_report_list,
    rd_run_view_list, rd_run_view_run;
rd_command_run rd_run_account_token, rd_run_account_tokens, rd_run_account_revoke;
rd_command_run rd_run_staff_list, rd_run_staff_show;
rd_command_run rd_run_policy_backtest;
rd_command_run rd_run_policy_shadow;
rd_command_run rd_run_play, rd_run_bench, rd_run_bench_draw, rd_run_sim_run;

#endif
