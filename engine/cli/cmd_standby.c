/* Warm standbys: what a server is, and putting it in the other's place. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/commands.h"

#define STANDBY_LOOKS 600 /* a minute */
#define STANDBY_LOOK_NS 100000000

static void standby_print(struct rd_cli *cli, const struct rd_value *status)
{
    const char *why = rd_map_text(status, "why", "");
    const char *refused = rd_map_text(status, "refused", "");
    rd_buf_printf(&cli->out,
                  "role     %s\nepoch    %" PRId64 "\nentries  %" PRId64 "\nhash     %s\n",
                  rd_map_text(status, "role", ""), rd_map_int(status, "epoch", 0),
                  rd_map_int(status, "seq", 0), rd_map_text(status, "hash", ""));
    if (*why)
        rd_buf_printf(&cli->out, "why      %s\n", why);
    if (*refused)
        rd_buf_printf(&cli->out, "refused  %s\n", refused);
}

enum rd_status rd_run_standby_status(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    cli->patience_ms = RD_CLI_WATCH_MS;
    return rd_cli_call_print(cli, "standby.status", &params, standby_print, error);
}

/* Asked for; looks until it has come about or is given up. */
enum rd_status rd_run_standby_promote(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), result, none = rd_map();
    rd_map_add(&cli->arena, &params, "force", rd_bool(rd_args_flag(&cli->args, "force")));
    enum rd_status status = rd_cli_call(cli, "standby.promote", &params, &result, error);
    for (int i = 0; status == RD_OK && i < STANDBY_LOOKS; i++) {
        struct timespec pause = { .tv_nsec = STANDBY_LOOK_NS };
        status = rd_cli_call(cli, "standby.status", &none, &result, error);
        if (status != RD_OK || strcmp(rd_map_text(&result, "role", ""), "primary") == 0)
            break;
        if (!rd_map_bool(&result, "promote", false))
            return rd_error_set(error, RD_CHECK_FAILED, "%s",
                                rd_map_text(&result, "refused", "not promoted"));
        nanosleep(&pause, NULL);
    }
    if (status != RD_OK)
        return status;
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else
        standby_print(cli, &result);
    return strcmp(rd_map_text(&result, "role", ""), "primary") == 0
               ? RD_OK
               : rd_error_set(error, RD_IN_PROGRESS,
                              "it goes on; `redress standby status` tells when it is done");
}
