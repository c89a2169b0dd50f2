#!/bin/sh
# Installs what the build and the private server need and this machine lacks, by its own package
# manager (packages.txt), as root or through sudo; says what and why. With --quiet it is silent when
# nothing is missing; with --tests it also installs what only the tests use, where that can be had:
# PgBouncer, and Python for the real Alembic.
set -eu
here=$(dirname "$0")
quiet= tests=
for argument; do
    case $argument in
    --quiet) quiet=yes ;;
    --tests) tests=yes ;;
    *) echo "setup: $argument is neither --quiet nor --tests" >&2 && exit 2 ;;
    esac
done

has_postgres() {
    for program in $(command -v postgres) /usr/lib/postgresql*/bin/postgres \
        /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres /usr/libexec/postgresql*/postgres \
        /opt/homebrew/opt/postgresql@*/bin/postgres /usr/local/opt/postgresql@*/bin/postgres \
        /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin/postgres /usr/local/pgsql*/bin/postgres \
        /Applications/Postgres.app/Contents/Versions/*/bin/postgres; do
        if [ -x "$program" ]; then return 0; fi
    done
    return 1
}

has_test_programs() {
    python3 -c 'import ensurepip, venv' 2>/dev/null || return 1
    for program in $(command -v pgbouncer) /usr/sbin/pgbouncer /opt/homebrew/bin/pgbouncer; do
        if [ -x "$program" ]; then return 0; fi
    done
    return 1
}

say() { echo "setup: $*" >&2; }

# Once. Unquoted on purpose, here and below: each word is an argument.
refresh_lists() {
    if [ -n "$(echo $refresh)" ]; then
        say "running: $(echo $sudo $refresh)"
        $sudo $refresh >&2
    fi
    refresh=
}

postgres= compiler=
has_postgres || postgres=missing
command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null || compiler=missing
if [ -z "$tests" ] || has_test_programs; then tests=; fi

if [ -n "$postgres$compiler$tests" ]; then
    manager=
    while IFS='|' read -r manager refresh install server cc extra; do
        # The words of a cell, without the blanks around it.
        manager=$(echo $manager)
        case $manager in '#'* | '') continue ;; esac
        command -v "$manager" >/dev/null && break
        manager=
    done <"$here/packages.txt"
    sudo=
    if [ "$(id -u)" -ne 0 ] && [ "$manager" != brew ]; then sudo=sudo; fi
fi

if [ -n "$postgres$compiler" ]; then
    if [ -z "$manager" ]; then
        say "no package manager known here (apt-get, dnf, yum, apk, pacman, zypper, brew)"
        say "install by hand:${postgres:+ the PostgreSQL server, 13 or newer}${compiler:+ a C compiler}"
        exit 1
    fi
    if [ -n "$compiler" ] && [ "$manager" = brew ]; then
        say "the C compiler is missing: xcode-select --install (macOS) brings it"
        exit 1
    fi

    packages=
    if [ -n "$postgres" ]; then
        say "PostgreSQL's server is missing: the private database under .pg/ runs on it"
        packages="$packages $server"
    fi
    if [ -n "$compiler" ]; then
        say "a C compiler is missing: Rust links with it, and TLS is partly written in C"
        packages="$packages $cc"
    fi
    if [ -n "$sudo" ] && ! command -v sudo >/dev/null; then
        say "only root may install; as root: $(echo $install $packages)"
        exit 1
    fi
    refresh_lists
    say "running: $(echo $sudo $install $packages)"
    $sudo env DEBIAN_FRONTEND=noninteractive $install $packages >&2
fi

if [ -n "$tests" ]; then
    say "for the tests: PgBouncer, and Python with venv for the real Alembic"
    if [ -z "$manager" ] || { [ -n "$sudo" ] && ! sudo -n true 2>/dev/null; }; then
        say "they are not installed, as only root may; the tests of PgBouncer are passed over"
    else
        refresh_lists
        # One by one: what a machine's repository lacks must not keep the others out.
        for package in $extra; do
            say "running: $(echo $sudo $install $package)"
            $sudo env DEBIAN_FRONTEND=noninteractive $install $package >&2 ||
                say "$package is not to be had here"
        done
    fi
fi

if ! command -v cargo >/dev/null; then
    say "Rust is missing: it builds the binaries. https://rustup.rs tells how to install it, in one line:"
    say "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    exit 1
fi
if [ -n "$postgres$compiler" ]; then
    say "all that was missing is here now"
elif [ -z "$quiet" ]; then
    say "nothing is missing: PostgreSQL's server, a C compiler and Rust are here"
fi
