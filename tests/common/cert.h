/* Certificates for tests, made on the spot: an authority, and servers that it vouches for. */
#ifndef RD_TESTS_COMMON_CERT_H
#define RD_TESTS_COMMON_CERT_H

/* DIR/NAME.pem and DIR/NAME.key (mode 0600), vouched for by itself. */
void t_cert_authority(const char *dir, const char *name);
/* The same, vouched for by DIR/BY. `names` as OpenSSL has them ("DNS:localhost,IP:127.0.0.1"); good
 * from a day ago until in so many days, or (negative) until so many days ago. */
void t_cert(const char *dir, const char *name, const char *by, const char *names, int days);

#endif
