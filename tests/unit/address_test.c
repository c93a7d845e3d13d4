/* Addresses of doors. */
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/address.h"

static char dir[UNIT_DIR_MAX];

static void setup(void)
{
    unit_dir_make(dir);
}

static void teardown(void)
{
    unit_dir_remove(dir);
}

START_TEST(test_reads_and_writes)
{
    static const char *const same[] = { "unix:/run/redress.sock", "unix:s",
                                        "tcp:127.0.0.1:7070",     "tcp:127.0.0.1:0",
                                        "tcp:[::1]:65535",        "tcp:10.1.2.3:80",
                                        "tls:0.0.0.0:7443",       "tls:[2001:db8::1]:443" };
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        struct rd_address address;
        struct rd_error error = RD_ERROR_NONE;
        char text[RD_ADDRESS_TEXT_MAX];
        enum rd_status status = rd_address_parse(same[i], &address, &error);
        ck_assert_msg(status == RD_OK, "%s: %s", same[i], error.text);
        rd_address_write(&address, text);
        ck_assert_str_eq(text, same[i]);
    }
}
END_TEST

START_TEST(test_refuses_what_is_none)
{
    static const char *const bad[] = { "",
                                       "unix",
                                       "unix:",
                                       "tcp:",
                                       "tcp:127.0.0.1",
                                       "tcp:127.0.0.1:",
                                       "tcp::80",
                                       "tcp:127.0.0.1:65536",
                                       "tcp:127.0.0.1:-1",
                                       "tcp:host:1",
                                       "tls:desk.example:443",
                                       "tls:",
                                       "tls::443",
                                       "tls:127.0.0.1",
                                       "udp:127.0.0.1:1",
                                       "tcp:127.0.0.1:8o" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct rd_address address;
        struct rd_error error = RD_ERROR_NONE;
        ck_assert_msg(rd_address_parse(bad[i], &address, &error) == RD_BAD_CONFIG, "%s", bad[i]);
        ck_assert_uint_gt(strlen(error.text), 0);
    }
    char long_path[200] = "unix:/";
    memset(long_path + 6, 'x', 150);
    struct rd_address address;
    ck_assert_int_eq(rd_address_parse(long_path, &address, NULL), RD_BAD_CONFIG);
}
END_TEST

static bool is_local(const char *text)
{
    struct rd_address address;
    ck_assert_int_eq(rd_address_parse(text, &address, NULL), RD_OK);
    return rd_address_is_local(&address);
}

START_TEST(test_knows_what_is_local)
{
    ck_assert(is_local("unix:/s"));
    ck_assert(is_local("tcp:127.0.0.1:1"));
    ck_assert(is_local("tcp:127.9.9.9:1"));
    ck_assert(is_local("tcp:localhost:1"));
    ck_assert(is_local("tcp:[::1]:1"));
    ck_assert(is_local("tcp:::1:1"));
    ck_assert(!is_local("tcp:0.0.0.0:1"));
    ck_assert(!is_local("tcp:128.0.0.1:1"));
    ck_assert(!is_local("tcp:[::]:1"));
    ck_assert(!is_local("tcp:[::ffff:10.0.0.1]:1"));
}
END_TEST

START_TEST(test_claims_only_what_nobody_holds)
{
    struct rd_address address;
    struct rd_error error = RD_ERROR_NONE;
    char text[UNIT_DIR_MAX + 16];
    snprintf(text, sizeof(text), "unix:%s/s", dir);
    ck_assert_int_eq(rd_address_parse(text, &address, &error), RD_OK);
    ck_assert_int_eq(rd_address_claim(&address, &error), RD_OK); /* nothing there */

    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address.socket, address.len), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(rd_address_claim(&address, &error), RD_IN_USE);
    ck_assert_int_eq(access(rd_address_path(&address), F_OK), 0);
    close(fd); /* its owner died: the file stays, nobody answers */
    ck_assert_int_eq(rd_address_claim(&address, &error), RD_OK);
    ck_assert_int_ne(access(rd_address_path(&address), F_OK), 0);

    fd = open(rd_address_path(&address), O_CREAT | O_WRONLY, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(rd_address_claim(&address, &error), RD_BAD_CONFIG);
    ck_assert_int_eq(access(rd_address_path(&address), F_OK), 0);

    snprintf(text, sizeof(text), "unix:%s/s/below", dir); /* not a directory */
    ck_assert_int_eq(rd_address_parse(text, &address, &error), RD_OK);
    ck_assert_int_eq(rd_address_claim(&address, &error), RD_BAD_CONFIG);
    ck_assert_int_eq(rd_address_parse("tcp:127.0.0.1:1", &address, &error), RD_OK);
    ck_assert_int_eq(rd_address_claim(&address, &error), RD_OK);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("address");
    TCase *tcase = tcase_create("address");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_reads_and_writes);
    tcase_add_test(tcase, test_refuses_what_is_none);
    tcase_add_test(tcase, test_knows_what_is_local);
    tcase_add_test(tcase, test_claims_only_what_nobody_holds);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
