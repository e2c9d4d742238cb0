# shellcheck shell=bash
# What the tools share: messages, the cache, and Debian packages on demand.
# Usage, from a tool in tools/:  . "${BASH_SOURCE[0]%/*}/lib.sh"
# Environment: KVM4J_CACHE is the cache directory (default: kvm4j in the user's cache directory).
# Everything in the cache may be deleted at any time; the tools make it again.

set -euo pipefail
shopt -s inherit_errexit

cache=${KVM4J_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvm4j}
PATH=$PATH:/usr/sbin:/sbin # mke2fs and friends, for users who are not root

# say MESSAGE: one line of progress on stderr, so that stdout stays for results.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die SENTENCE: what went wrong and what to do about it.
die() { say "$@"; exit 1; }

# usage: prints the header comment of the running tool.
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# quietly COMMAND...: runs it and shows what it printed only when it fails.
quietly() {
  local output
  if ! output=$("$@" 2>&1); then
    printf '%s\n' "$output" >&2
    return 1
  fi
}

# need_packages COMMAND=PACKAGE...: installs the Debian packages whose command (or file, when it is
# a path) is missing; without the right to do that, says what to type.
need_packages() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
  done
  ((${#missing[@]})) || return 0

  local how="apt-get install ${missing[*]}"
  command -v apt-get >/dev/null ||
    die "needs the programs of the Debian packages ${missing[*]}: install your system's equivalents."
  local root=()
  if ((EUID)); then
    sudo -n true 2>/dev/null || die "needs the Debian packages ${missing[*]}: type 'sudo $how'."
    root=(sudo -n)
  fi
  say "installing the Debian packages ${missing[*]}"
  local install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install -q -y --no-install-recommends "${missing[@]}")
  if ! quietly "${install[@]}" 2>/dev/null; then
    say "refreshing the package lists"
    quietly "${root[@]}" apt-get update -q || die "the package lists cannot be read: check the network, then type '$how'."
    quietly "${install[@]}" || die "the packages cannot be installed: see the messages above, then type '$how'."
  fi
}

# refresh_package_lists: apt-get update.
refresh_package_lists() {
  local root=()
  ((EUID == 0)) || root=(sudo -n)
  say "refreshing the package lists"
  quietly "${root[@]}" apt-get update -q 2>/dev/null ||
    die "the package lists cannot be read: check the network, then type 'sudo apt-get update'."
}

# checksum FILE...: a short name for the contents of the files, to name cache entries after.
checksum() { cat -- "$@" | sha256sum | cut -c1-12; }

# cached NAME BUILD: prints the directory NAME in the cache. When it does not exist, BUILD DIRECTORY
# is called to fill a temporary one, which gets its name only after BUILD has succeeded: a cache
# entry is whole or absent. Two runs at once do the work once.
cached() {
  local name=$1 build=$2
  [[ -d $cache/$name ]] || (
    mkdir -p "$cache" || die "the cache $cache cannot be created: set KVM4J_CACHE to a writable directory."
    exec 9>"$cache/$name.lock"
    flock -n 9 || { say "another run is preparing $name: waiting for it"; flock 9; }
    [[ -d $cache/$name ]] && exit
    draft=$(mktemp -d "$cache/draft.XXXXXX")
    trap 'rm -rf "$draft"' EXIT
    trap 'exit 143' TERM INT HUP
    "$build" "$draft"
    chmod 755 "$draft"
    mv -T "$draft" "$cache/$name"
  )
  printf '%s\n' "$cache/$name"
}

# static_busybox: prints the path of a busybox that runs without libraries.
static_busybox() {
  need_packages busybox=busybox-static
  local path
  path=$(command -v busybox)
  if ldd "$path" >/dev/null 2>&1; then
    die "$path needs libraries: type 'apt-get install busybox-static' to replace it."
  fi
  printf '%s\n' "$path"
}

# jdk_home: prints $JAVA_HOME or else the home of the `java` in PATH, if it is a whole JDK.
jdk_home() {
  local home=${JAVA_HOME:-} java
  if [[ -z $home ]]; then
    java=$(command -v java) ||
      die "no java is in PATH: type 'apt-get install openjdk-17-jdk-headless', or set JAVA_HOME to a JDK."
    java=$(realpath "$java")
    home=${java%/bin/java}
  fi
  [[ -x $home/bin/jlink ]] ||
    die "$home has no bin/jlink: install a whole JDK (openjdk-17-jdk-headless), or set JAVA_HOME to one."
  printf '%s\n' "$home"
}

# libraries FILE...: the shared libraries that the files need, from the system's directories.
libraries() { ldd "$@" 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | grep -v '^/.*:$' | sort -u; }

# install_busybox BUSYBOX DIRECTORY: copies it there, with a link for each of its commands.
install_busybox() {
  local busybox=$1 directory=$2 name
  cp "$busybox" "$directory/busybox"
  for name in $("$busybox" --list); do
    [[ -e $directory/$name ]] || ln -s busybox "$directory/$name"
  done
}

# pack TREE FILE: makes an initramfs of the directory.
pack() { (cd "$1" && find . | busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$2"; }

# file_system TREE IMAGE SPARE: makes an ext4 image of the directory with SPARE MiB left free.
file_system() {
  local tree=$1 image=$2 spare=$3 files kib
  files=$(find "$tree" | wc -l)
  kib=$(du -sk --apparent-size "$tree" | cut -f1)
  # Blocks are 4 KiB, so every file wastes up to that; inodes and block maps take some per cent.
  quietly mke2fs -q -t ext4 -O ^has_journal -m 0 -N $((files + 4096)) -E root_owner=0:0 \
    -d "$tree" "$image" "$((kib + kib / 16 + files * 5 + (spare + 4) * 1024))K"
}
