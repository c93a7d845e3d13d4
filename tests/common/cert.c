/* Certificates for tests, by OpenSSL itself: no program is run, no file is kept in the house. */
#include "common/cert.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

#define CERT_PATH_MAX 1024
#define CERT_DAY_S 86400L

static void cert_path(char out[CERT_PATH_MAX], const char *dir, const char *name, const char *end)
{
    ck_assert_int_lt(snprintf(out, CERT_PATH_MAX, "%s/%s.%s", dir, name, end), CERT_PATH_MAX);
}

static void cert_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ck_assert_ptr_nonnull(extension);
    ck_assert_int_eq(X509_add_ext(cert, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static X509 *cert_blank(EVP_PKEY *key, const char *name, int days)
{
    static long serial;
    X509 *cert = X509_new();
    ck_assert_ptr_nonnull(cert);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(cert), -400 * CERT_DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(cert), days * CERT_DAY_S);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    return cert;
}

static void cert_write(const char *dir, const char *name, X509 *cert, EVP_PKEY *key)
{
    char path[CERT_PATH_MAX];
    cert_path(path, dir, name, "pem");
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_X509(file, cert), 1);
    fclose(file);
    cert_path(path, dir, name, "key");
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    ck_assert_int_eq(chmod(path, 0600), 0);
}

static void cert_read(const char *dir, const char *name, X509 **cert, EVP_PKEY **key)
{
    char path[CERT_PATH_MAX];
    cert_path(path, dir, name, "pem");
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    *cert = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    cert_path(path, dir, name, "key");
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    ck_assert(*cert && *key);
}

void t_cert_authority(const char *dir, const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = cert_blank(key, name, 30);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    cert_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
    ck_assert_int_gt(X509_sign(cert, key, EVP_sha256()), 0);
    cert_write(dir, name, cert, key);
    X509_free(cert);
    EVP_PKEY_free(key);
}

void t_cert(const char *dir, const char *name, const char *by, const char *names, int days)
{
    X509 *issuer;
    EVP_PKEY *issuer_key, *key = EVP_EC_gen("P-256");
    cert_read(dir, by, &issuer, &issuer_key);
    X509 *cert = cert_blank(key, name, days);
    X509_set_issuer_name(cert, X509_get_subject_name(issuer));
    cert_extension(cert, issuer, NID_subject_alt_name, names);
    ck_assert_int_gt(X509_sign(cert, issuer_key, EVP_sha256()), 0);
    cert_write(dir, name, cert, key);
    X509_free(cert);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(issuer_key);
}
