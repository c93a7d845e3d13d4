/* The option tables of the commands; each ends with a row without a name. Static. */
#ifndef RD_CLI_OPTIONS_H
#define RD_CLI_OPTIONS_H

#include "cli/args.h"

/* What most commands have: nothing of their own, the way to a daemon, the form of results. */
extern const struct rd_option rd_options_none[], rd_options_client[], rd_options_output[];
/* Of one command, or of a few that are alike. */
extern const struct rd_option rd_options_token[], rd_options_tokens[], rd_options_revoke[],
    rd_options_serve[], rd_options_doctor[], rd_options_open[], rd_options_act[], rd_options_show[],
    rd_options_list[], rd_options_disclose[], rd_options_explain[], rd_options_capture[],
    rd_options_why[], rd_options_create[], rd_options_update[], rd_options_decide[],
    rd_options_calendar[], rd_options_between[], rd_options_render[], rd_options_progress[],
    rd_options_guidance[], rd_options_month[], rd_options_ics[], rd_options_activate[],
    rd_options_erase[], rd_options_erasing[], rd_options_rollback[], rd_options_confirm[],
    rd_options_withdraw[], rd_options_policy_sign[], rd_options_generations[], rd_options_diff[],
    rd_options_prove[], rd_options_test[], rd_options_check[], rd_options_tail[],
    rd_options_advance[], rd_options_notice[], rd_options_staff[], rd_options_ledger[],
    rd_options_job[], rd_options_agenda[], rd_options_data[], rd_options_repair[],
    rd_options_promote[], rd_options_audit_verify[], rd_options_audit_checkpoint[],
    rd_options_audit_export[], rd_options_audit_check[], rd_options_backup[], rd_options_restore[],
    rd_options_import[], rd_options_view[], rd_options_language[], rd_options_run_report[],
    rd_options_report[], rd_options_play[], rd_options_backtest[], rd_options_shadow[],
    rd_options_sim[], rd_options_bench[];

#endif
