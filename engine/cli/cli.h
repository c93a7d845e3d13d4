/* What every command of the program works with: its arguments, an arena, what it prints, and the
 * way to a daemon. */
#ifndef RD_CLI_CLI_H
#define RD_CLI_CLI_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "cli/args.h"

struct rd_client;
struct rd_command;

struct rd_cli {
    struct rd_arena arena; /* of the whole run */
    struct rd_args args;
    const struct rd_command *command;
    bool json;                /* -o json */
    bool colour;              /* standard output is a terminal that wants colours */
    struct rd_buf out;        /* what goes to standard output next */
    struct rd_client *client; /* opened by the first call */
    int64_t patience_ms; /* how long a reply may take, for who watches a server; 0: as it takes */
};

#define RD_CLI_WATCH_MS 10000 /* a server that answers takes a thousandth of that */

/* Reads the command's words (those behind its name). */
enum rd_status rd_cli_init(struct rd_cli *cli, const struct rd_command *command, int argc,
                           char *const *argv, struct rd_error *error) RD_MUST_CHECK;
void rd_cli_fini(struct rd_cli *cli);

/* A connection to the daemon behind --connect, logged in where there is a --token. */
enum rd_status rd_cli_connect(struct rd_cli *cli, struct rd_client **client,
                              struct rd_error *error) RD_MUST_CHECK;
/* Calls a method of the daemon behind --connect, with --as where it is given. `params` is a map;
 * `result` lives in the cli's arena. What the daemon refuses comes back as its status, with
 * `error->detail` its `data`. */
enum rd_status rd_cli_call(struct rd_cli *cli, const char *method, struct rd_value *params,
                           struct rd_value *result, struct rd_error *error) RD_MUST_CHECK;
/* The same, printed: -o json as it came. The `table` way is the caller's; it is called with the
 * result. */
enum rd_status rd_cli_call_print(struct rd_cli *cli, const char *method, struct rd_value *params,
                                 void (*print)(struct rd_cli *cli, const struct rd_value *result),
                                 struct rd_error *error) RD_MUST_CHECK;

/* Reads a value that was given as JSON, as @FILE, or as "-" for standard input; `what` names it in
 * errors. */
enum rd_status rd_cli_read_value(struct rd_cli *cli, const char *what, const char *given,
                                 struct rd_value *out, struct rd_error *error) RD_MUST_CHECK;
/* The map of option `name` (JSON, @FILE, -) with the operands from `first` on laid over it:
 * "field=text" or "field:=JSON". */
enum rd_status rd_cli_read_fields(struct rd_cli *cli, const char *name, size_t first,
                                  struct rd_value *out, struct rd_error *error) RD_MUST_CHECK;
/* A whole file, or standard input for "-"; RD_NOT_FOUND, RD_IO, RD_LIMIT_EXCEEDED beyond
 * `bytes_max`. */
enum rd_status rd_cli_read_file(struct rd_arena *arena, const char *path, size_t bytes_max,
                                const char **text, size_t *len,
                                struct rd_error *error) RD_MUST_CHECK;

/* Copies option `name`, where it is given, into `params` under `member`: as a text, or as a whole
 * number. */
void rd_cli_put_text(struct rd_cli *cli, struct rd_value *params, const char *name,
                     const char *member);
void rd_cli_put_number(struct rd_cli *cli, struct rd_value *params, const char *name,
                       const char *member);

/* Writes `out` to standard output and empties it. RD_IO where that fails. */
enum rd_status rd_cli_flush(struct rd_cli *cli, struct rd_error *error) RD_MUST_CHECK;
/* Appends a value to `out` as JSON for people, with a line end. */
void rd_cli_print_json(struct rd_cli *cli, const struct rd_value *value);
/* Writes an error to standard error: sentence, place, and what its detail explains. */
void rd_cli_print_error(const struct rd_error *error);

#endif
