/*
 * What an exit costs a run loop in C: the yardstick for ExitCost.java, which has the same guest.
 *
 * Each line on stdin is a kind of access and a number of exits; the answer is a line with the
 * nanoseconds per exit.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

enum { RAM_BYTES = 0x10000, CODE = 0x8000, PORT = 0x510, MMIO = 0xd0000000 };

static const struct {
  const char *name;
  uint8_t code[5];
} kinds[] = {
  { "pio-write",  { 0xee,             /* again: out %al,(%dx) */
                    0xe2, 0xfd,       /*        loop again */
                    0xf4 } },         /*        hlt */
  { "pio-read",   { 0xec,             /* again: in (%dx),%al */
                    0xe2, 0xfd,       /*        loop again */
                    0xf4 } },         /*        hlt */
  { "mmio-write", { 0x88, 0x03,       /* again: mov %al,(%ebx) */
                    0xe2, 0xfc,       /*        loop again */
                    0xf4 } },         /*        hlt */
  { "mmio-read",  { 0x8a, 0x03,       /* again: mov (%ebx),%al */
                    0xe2, 0xfc,       /*        loop again */
                    0xf4 } },         /*        hlt */
};

/* A bus: who answers which range. Values go by pointer, as usual in C. */
struct region {
  uint64_t base, length;
  void (*access)(uint64_t offset, void *data, unsigned size, int is_write);
};

struct bus {
  int count;
  struct region regions[8];
};

static uint8_t latch;
static long served;

static void access_latch(uint64_t offset, void *data, unsigned size, int is_write) {
  (void)offset;
  (void)size; /* the guests access bytes only */
  served++;
  if (is_write)
    memcpy(&latch, data, 1);
  else
    memcpy(data, &latch, 1);
}

static struct bus pio = { 1, { { PORT, 1, access_latch } } };
static struct bus mmio = { 1, { { MMIO, 0x1000, access_latch } } };

static void bus_access(const struct bus *bus, uint64_t address, void *data, unsigned size,
                       int is_write) {
  for (int i = 0; i < bus->count; i++) {
    const struct region *region = &bus->regions[i];
    if (address - region->base < region->length) {
      region->access(address - region->base, data, size, is_write);
      return;
    }
  }
  if (!is_write)
    memset(data, 0xff, size);
}

static int vm, vcpu;
static uint8_t *ram;
static struct kvm_run *run;

/* Fails with the name of the call, as nothing here may fail. */
static int must(const char *call, int result) {
  if (result < 0)
    err(1, "%s", call);
  return result;
}

static void *map(size_t bytes, int flags, int fd) {
  void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (address == MAP_FAILED)
    err(1, "mmap");
  return address;
}

static struct kvm_segment flat(uint16_t selector, uint8_t type) {
  return (struct kvm_segment){ .limit = 0xffffffff, .selector = selector, .type = type,
                               .present = 1, .db = 1, .s = 1, .g = 1 };
}

static void create_vm(void) {
  int kvm = must("open /dev/kvm", open("/dev/kvm", O_RDWR | O_CLOEXEC));
  vm = must("KVM_CREATE_VM", ioctl(kvm, KVM_CREATE_VM, 0));
  ram = map(RAM_BYTES, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
  struct kvm_userspace_memory_region region = { .memory_size = RAM_BYTES,
                                                .userspace_addr = (uintptr_t)ram };
  must("KVM_SET_USER_MEMORY_REGION", ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region));

  vcpu = must("KVM_CREATE_VCPU", ioctl(vm, KVM_CREATE_VCPU, 0));
  run = map(must("KVM_GET_VCPU_MMAP_SIZE", ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0)), MAP_SHARED,
            vcpu);

  struct kvm_sregs sregs;
  must("KVM_GET_SREGS", ioctl(vcpu, KVM_GET_SREGS, &sregs));
  sregs.cs = flat(0x8, 0xb);
  sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat(0x10, 0x3);
  sregs.cr0 |= 1; /* PE */
  must("KVM_SET_SREGS", ioctl(vcpu, KVM_SET_SREGS, &sregs));
}

static void run_until_halt(void) {
  for (;;) {
    must("KVM_RUN", ioctl(vcpu, KVM_RUN, 0));
    switch (run->exit_reason) {
    case KVM_EXIT_IO: {
      uint8_t *data = (uint8_t *)run + run->io.data_offset;
      for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size)
        bus_access(&pio, run->io.port, data, run->io.size,
                   run->io.direction == KVM_EXIT_IO_OUT);
      break;
    }
    case KVM_EXIT_MMIO:
      bus_access(&mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len, run->mmio.is_write);
      break;
    case KVM_EXIT_HLT:
      return;
    default:
      errx(1, "exit reason %u: the guest went wrong", run->exit_reason);
    }
  }
}

static double now_ns(void) {
  struct timespec now;
  must("clock_gettime", clock_gettime(CLOCK_MONOTONIC, &now));
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static double ns_per_exit(const uint8_t *code, size_t length, unsigned exits) {
  memcpy(ram + CODE, code, length);
  struct kvm_regs regs = { .rax = 0x5a, .rbx = MMIO, .rcx = exits, .rdx = PORT, .rip = CODE,
                           .rflags = 2 };
  must("KVM_SET_REGS", ioctl(vcpu, KVM_SET_REGS, &regs));
  served = 0;
  double start = now_ns();
  run_until_halt();
  double end = now_ns();
  if (served != exits)
    errx(1, "%ld accesses served, %u expected", served, exits);
  return (end - start) / exits;
}

int main(void) {
  char name[16];
  unsigned exits;
  create_vm();
  while (scanf("%15s %u", name, &exits) == 2) {
    size_t i = 0;
    while (i < sizeof kinds / sizeof *kinds && strcmp(kinds[i].name, name) != 0)
      i++;
    if (i == sizeof kinds / sizeof *kinds)
      errx(1, "%s is no kind of access", name);
    printf("%.1f\n", ns_per_exit(kinds[i].code, sizeof kinds[i].code, exits));
    fflush(stdout);
  }
  return 0;
}
