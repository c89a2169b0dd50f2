#!/bin/sh
# Installs what the build and the private server need and this machine lacks, by its own package
# manager (packages.txt), as root or through sudo; says what, why, and what stays. With --quiet it is
# silent when nothing is missing; with --tests it also installs what only the tests use, where that
# can be had: PgBouncer, and Python for the real Alembic.
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
    command -v openssl >/dev/null || return 1
    for program in $(command -v pgbouncer) /usr/sbin/pgbouncer /opt/homebrew/bin/pgbouncer; do
        if [ -x "$program" ]; then return 0; fi
    done
    return 1
}

say() { echo "setup: $*" >&2; }

# The line that root types for these packages.
line_for_root() {
    if [ -n "$refresh_words" ]; then
        say "  $refresh_words && $install $*"
    else
        say "  $install $*"
    fi
}

# Unquoted on purpose, here and below: each word is an argument.
refresh_lists() {
    if [ -n "$refresh" ]; then
        say "running: $sudo${sudo:+ }$refresh"
        $sudo $refresh >&2 || return 1
    fi
    refresh=
}

run_install() {
    say "running: $sudo${sudo:+ }$install $*"
    $sudo env DEBIAN_FRONTEND=noninteractive $install "$@" >&2
}

# Debian makes a database cluster of the whole machine, and starts it at every boot, when the server is
# installed. Nobody here needs one, so a file says no for as long as the installation takes.
no_system_cluster=/etc/postgresql-common/createcluster.d/pgrefit-setup.conf
forbid_system_cluster() {
    if [ "$manager" != apt-get ]; then return; fi
    trap 'allow_system_cluster' EXIT
    trap 'exit 130' INT TERM HUP
    $sudo sh -c "mkdir -p ${no_system_cluster%/*} && echo 'create_main_cluster = false' >$no_system_cluster"
}
allow_system_cluster() { $sudo rm -f "$no_system_cluster"; }

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
    refresh=$(echo $refresh) install=$(echo $install)
    refresh_words=$refresh
    sudo=
    if [ "$(id -u)" -ne 0 ] && [ "$manager" != brew ]; then sudo=sudo; fi
fi

if [ -n "$postgres$compiler" ]; then
    if [ -z "$manager" ]; then
        say "no package manager known here (apt-get, dnf, yum, apk, pacman, zypper, brew)"
        say "install by hand:${postgres:+ the PostgreSQL server, 14 or newer}${compiler:+ a C compiler}"
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
        say "only root may install, and there is no sudo here; root types:"
        line_for_root $packages
        exit 1
    fi
    if [ -n "$postgres" ]; then forbid_system_cluster || true; fi
    # Lists that cannot be refreshed may still do; whom sudo refuses it refuses twice.
    if { ! refresh_lists && [ -n "$sudo" ]; } || ! run_install $packages; then
        if [ -n "$sudo" ]; then
            say "sudo did not install them; root types:"
            line_for_root $packages
        else
            say "the packages could not be installed; what $manager said stands above"
        fi
        exit 1
    fi
fi

if [ -n "$tests" ]; then
    say "for the tests: PgBouncer, and Python with venv for the real Alembic"
    if [ -z "$manager" ] || { [ -n "$sudo" ] && ! sudo -n true 2>/dev/null; }; then
        say "they are not installed, as only root may; the tests that need them are passed over"
        if [ -n "$manager" ]; then
            say "root types:"
            line_for_root $extra
        fi
    else
        refresh_lists || true
        # One by one: what a machine's repository lacks must not keep the others out.
        for package in $extra; do
            run_install "$package" || say "$package is not to be had here"
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
    if [ -n "$postgres" ]; then
        say "it stays when you are done: the packages, and the system user postgres; no server was started"
    fi
elif [ -z "$quiet" ]; then
    say "nothing is missing: PostgreSQL's server, a C compiler and Rust are here"
fi
