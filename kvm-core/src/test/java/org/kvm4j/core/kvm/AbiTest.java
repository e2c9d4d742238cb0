package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.CpuidEntry;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmDeviceType;
import org.kvm4j.MpState;
import org.kvm4j.RunState;
import org.kvm4j.VcpuExit;
import org.kvm4j.VmType;
import org.kvm4j.clock.KvmClockFlag;
import org.kvm4j.core.abi.C;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmSregs;
import org.kvm4j.core.kvm.CHeaders.CNumber;
import org.kvm4j.core.kvm.CHeaders.Comparison;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.core.sys.Termios;
import org.kvm4j.irq.Irqchip;
import org.kvm4j.msr.MsrDirection;
import org.kvm4j.msr.MsrExitReason;
import org.kvm4j.msr.MsrFilter;
import org.kvm4j.msr.MsrRange;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.SyncPart;
import org.kvm4j.state.VcpuEvents;

/** Every number taken from a C header, against that header: a C program prints what it says. */
final class AbiTest {

  /** What newer headers have dropped cannot be found in them. */
  private static final String GONE = "99.0";

  /** Numbers of layout classes without a C expression of their own. */
  private static final Set<String> EXEMPT =
      Set.of(
          // the length of an array, compared below
          "KvmSregs.BITMAP_WORDS");

  private final List<CNumber> numbers = new ArrayList<>();

  @TempDir Path directory;
  private final TestReporter reporter;

  AbiTest(TestReporter reporter) {
    this.reporter = reporter;
  }

  @Test
  void everyNumberOfALayoutClass_namesItsCExpression() throws Exception {
    List<String> without = new ArrayList<>();
    for (Class<?> layout : layoutClasses()) {
      for (Field field : numbersOf(layout)) {
        String name = layout.getSimpleName() + "." + field.getName();
        if (!field.isAnnotationPresent(C.class) && !EXEMPT.contains(name)) {
          without.add(name);
        }
      }
    }

    assertEquals(List.of(), without, "add @C, or say in EXEMPT why not");
  }

  @Test
  void layouts_areThoseOfTheHeader() throws Exception {
    for (Class<?> layout : layoutClasses()) {
      for (Field field : numbersOf(layout)) {
        C c = field.getAnnotation(C.class);
        if (c != null) {
          numbers.add(new CNumber(c.value(), valueOf(field), c.since()));
        }
      }
    }
    put(
        "sizeof(((struct kvm_sregs *) 0)->interrupt_bitmap) / 8",
        named(KvmSregs.class, "BITMAP_WORDS"));
    assertTrue(numbers.size() > 500, "found " + numbers.size());

    compare();
  }

  @Test
  void requestNumbers_areThoseOfTheHeader() throws Exception {
    for (Ioctl ioctl : Ioctl.values()) {
      numbers.add(new CNumber(ioctl.name(), ioctl.request(), since(ioctl)));
    }

    compare();
  }

  @Test
  void numbersOfTheInterface_areThoseOfTheHeader() throws Exception {
    for (KvmCapability capability : KvmCapability.values()) {
      numbers.add(new CNumber("KVM_CAP_" + capability, capability.number(), capability.since()));
    }
    for (MpState state : MpState.values()) {
      put("KVM_MP_STATE_" + state, (long) state.number());
    }
    for (VmType type : VmType.values()) {
      numbers.add(new CNumber("KVM_X86_" + type + "_VM", type.number(), type.since()));
    }
    for (Irqchip chip : Irqchip.values()) {
      put("KVM_IRQCHIP_" + chip, (long) chip.number());
    }
    for (KvmClockFlag flag : KvmClockFlag.values()) {
      put("KVM_CLOCK_" + flag, (long) flag.bit());
    }
    for (VcpuEvents.Part part : VcpuEvents.Part.values()) {
      put("KVM_VCPUEVENT_VALID_" + part, (long) part.bit());
    }
    put("KVM_SYNC_X86_REGS", (long) SyncPart.GENERAL.bit());
    put("KVM_SYNC_X86_SREGS", (long) SyncPart.SPECIAL.bit());
    put("KVM_SYNC_X86_EVENTS", (long) SyncPart.EVENTS.bit());
    put("sizeof(struct kvm_nested_state)", (long) NestedState.HEADER_BYTES);
    for (KvmDeviceType type : KvmDeviceType.values()) {
      put("KVM_DEV_TYPE_" + type, (long) type.number());
    }
    // The kernel's header spells it like this.
    put("KVM_CPUID_FLAG_SIGNIFCANT_INDEX", (long) CpuidEntry.FLAG_SIGNIFICANT_INDEX);
    put("KVM_INTERNAL_ERROR_EMULATION", (long) VcpuExit.InternalError.EMULATION);
    put("KVM_RUN_X86_SMM", (long) RunState.SMM);
    put("KVM_RUN_X86_BUS_LOCK", (long) RunState.BUS_LOCK);
    numbers.add(new CNumber("KVM_RUN_X86_GUEST_MODE", RunState.GUEST_MODE, "6.11"));
    put("KVM_HC_MAP_GPA_RANGE", (long) VcpuExit.Hypercall.MAP_GPA_RANGE);
    for (MsrExitReason reason : MsrExitReason.values()) {
      put("KVM_MSR_EXIT_REASON_" + reason, (long) reason.number());
    }
    for (MsrDirection direction : MsrDirection.values()) {
      put("KVM_MSR_FILTER_" + direction, (long) direction.number());
    }
    put("KVM_MSR_FILTER_MAX_BITMAP_SIZE * 8", (long) MsrRange.MOST_MSRS);
    put("KVM_MSR_FILTER_MAX_RANGES", (long) MsrFilter.MOST_RANGES);
    PolicyNumbers.all(numbers::add);
    put("KVM_SYSTEM_EVENT_SHUTDOWN", (long) VcpuExit.SystemEvent.SHUTDOWN);
    put("KVM_SYSTEM_EVENT_RESET", (long) VcpuExit.SystemEvent.RESET);
    put("KVM_SYSTEM_EVENT_CRASH", (long) VcpuExit.SystemEvent.CRASH);

    compare();
  }

  @Test
  void numbersOfTheCLibrary_areThoseOfItsHeaders() throws Exception {
    putByName(Errno.class);
    putByName(NativeLibc.class, "SIZEOF_SOCKADDR_UN");
    putByName(Mapping.class, "PROT_READ_WRITE", "F_SEAL_SIZE", "NO_FD");
    put("F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW", named(Mapping.class, "F_SEAL_SIZE"));
    put("POLLIN", (long) PollSet.POLLIN);
    put("POLLOUT", (long) PollSet.POLLOUT);
    put("POLLERR", (long) PollSet.POLLERR);
    put("POLLHUP", (long) PollSet.POLLHUP);
    put("POLLNVAL", (long) PollSet.POLLNVAL);
    put("sizeof(struct pollfd)", named(PollSet.class, "SIZEOF_POLLFD"));
    put("offsetof(struct pollfd, events)", named(PollSet.class, "EVENTS"));
    put("offsetof(struct pollfd, revents)", named(PollSet.class, "REVENTS"));
    putByName(Termios.class, "SIZE", "C_IFLAG", "C_OFLAG", "C_CFLAG", "C_LFLAG", "C_CC");
    Class<?> kick = Class.forName(NativeLibc.class.getName() + "$KickSignal");
    put("PROT_READ | PROT_WRITE", named(Mapping.class, "PROT_READ_WRITE"));
    put("sizeof(struct sockaddr_un)", named(NativeLibc.class, "SIZEOF_SOCKADDR_UN"));
    put("sizeof(((struct sockaddr_un *) 0)->sun_path) - 1", (long) Syscalls.UNIX_PATH_MAX);
    put("sizeof(struct sigaction)", named(kick, "SIZEOF_SIGACTION"));
    put("offsetof(struct sigaction, sa_handler)", named(kick, "SA_HANDLER"));
    put("offsetof(struct sigaction, sa_flags)", named(kick, "SA_FLAGS"));
    put("SA_RESTART", named(kick, "SA_RESTART"));
    put("SIGRTMIN + 2", named(kick, "NUMBER"));
    put("sizeof(struct termios)", (long) Termios.SIZE);
    put("offsetof(struct termios, c_iflag)", (long) Termios.C_IFLAG);
    put("offsetof(struct termios, c_oflag)", (long) Termios.C_OFLAG);
    put("offsetof(struct termios, c_cflag)", (long) Termios.C_CFLAG);
    put("offsetof(struct termios, c_lflag)", (long) Termios.C_LFLAG);
    put("offsetof(struct termios, c_cc)", (long) Termios.C_CC);

    compare();
  }

  /** Fails on a difference; tells what the headers are too old to know. */
  private void compare() throws Exception {
    Comparison comparison = CHeaders.compiledIn(directory).compare(numbers);
    if (!comparison.unknown().isEmpty()) {
      reporter.publishEntry("newer than these headers", String.join("; ", comparison.unknown()));
    }
    assertEquals(List.of(), comparison.differences());
  }

  /** An ioctl comes with its capability, unless its only trace is that it is gone. */
  private static String since(Ioctl ioctl) {
    if (ioctl.name().startsWith("KVM_TRACE_")) {
      return GONE;
    }
    return Stream.of(FdKind.values())
        .filter(ioctl::isFor)
        .flatMap(kind -> ioctl.capability(kind).stream())
        .map(KvmCapability::since)
        .findFirst()
        .orElse("");
  }

  private void put(String expression, long value) {
    numbers.add(new CNumber(expression, value, ""));
  }

  private void putByName(Class<?> type, String... others) throws IllegalAccessException {
    for (Field field : numbersOf(type)) {
      if (!List.of(others).contains(field.getName())) {
        put(field.getName(), valueOf(field));
      }
    }
  }

  private static long named(Class<?> type, String field) throws ReflectiveOperationException {
    return valueOf(type.getDeclaredField(field));
  }

  private static long valueOf(Field field) throws IllegalAccessException {
    field.setAccessible(true);
    return ((Number) field.get(null)).longValue();
  }

  private static List<Field> numbersOf(Class<?> type) {
    return Stream.of(type.getDeclaredFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
        .filter(field -> field.getType() == int.class || field.getType() == long.class)
        .toList();
  }

  /** The classes of the package that have a number with a C expression. */
  private static List<Class<?>> layoutClasses() throws IOException, URISyntaxException {
    Path root = Path.of(C.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String packageName = C.class.getPackageName();
    try (Stream<Path> files =
        Files.list(root.resolve(packageName.replace('.', File.separatorChar)))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
          .sorted()
          .<Class<?>>map(name -> load(packageName + "." + name.replace(".class", "")))
          .filter(type -> numbersOf(type).stream().anyMatch(f -> f.isAnnotationPresent(C.class)))
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
