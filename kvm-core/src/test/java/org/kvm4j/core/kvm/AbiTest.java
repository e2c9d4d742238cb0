package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.CpuidEntry;
import org.kvm4j.KvmCapability;
import org.kvm4j.MpState;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.core.sys.Termios;

/** Every number taken from a C header, against that header: a C program prints what it says. */
final class AbiTest {

  private static final Path KVM_H = Path.of("/usr/include/linux/kvm.h");

  /** Numbers of layout classes without a C expression of their own. */
  private static final Set<String> EXEMPT =
      Set.of(
          // newer than the headers of Debian 12
          "KvmRun.KVM_EXIT_MEMORY_FAULT",
          "KvmRun.MEMORY_FAULT_FLAGS",
          "KvmRun.MEMORY_FAULT_GPA",
          "KvmRun.MEMORY_FAULT_SIZE",
          // parts of every request number, hence compared with each of them
          "Ioctl.KVMIO",
          "Ioctl.READ",
          "Ioctl.WRITE",
          // the length of an array, compared below
          "KvmSregs.BITMAP_WORDS");

  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <linux/kvm.h>
      #include <signal.h>
      #include <stddef.h>
      #include <stdio.h>
      #include <sys/eventfd.h>
      #include <sys/mman.h>
      #include <sys/socket.h>
      #include <sys/un.h>
      #include <termios.h>
      """;

  /** C expression to what Java has for it. */
  private final Map<String, Long> numbers = new LinkedHashMap<>();

  @TempDir Path directory;

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
  void layoutsAndRequestNumbers_areThoseOfTheHeader() throws Exception {
    for (Class<?> layout : layoutClasses()) {
      for (Field field : numbersOf(layout)) {
        C c = field.getAnnotation(C.class);
        if (c != null) {
          numbers.put(c.value(), valueOf(field));
        }
      }
    }
    numbers.put(
        "sizeof(((struct kvm_sregs *) 0)->interrupt_bitmap) / 8",
        valueOf(KvmSregs.class.getDeclaredField("BITMAP_WORDS")));
    assertTrue(numbers.size() > 150, "found " + numbers.size());

    compare();
  }

  @Test
  void numbersOfTheInterface_areThoseOfTheHeader() throws Exception {
    for (KvmCapability capability : KvmCapability.values()) {
      numbers.put("KVM_CAP_" + capability, (long) capability.number());
    }
    for (MpState state : MpState.values()) {
      numbers.put("KVM_MP_STATE_" + state, (long) state.number());
    }
    // The kernel's header spells it like this.
    numbers.put("KVM_CPUID_FLAG_SIGNIFCANT_INDEX", (long) CpuidEntry.FLAG_SIGNIFICANT_INDEX);
    numbers.put("KVM_INTERNAL_ERROR_EMULATION", (long) VcpuExit.InternalError.EMULATION);
    numbers.put("KVM_SYSTEM_EVENT_SHUTDOWN", (long) VcpuExit.SystemEvent.SHUTDOWN);
    numbers.put("KVM_SYSTEM_EVENT_RESET", (long) VcpuExit.SystemEvent.RESET);
    numbers.put("KVM_SYSTEM_EVENT_CRASH", (long) VcpuExit.SystemEvent.CRASH);

    compare();
  }

  @Test
  void numbersOfTheCLibrary_areThoseOfItsHeaders() throws Exception {
    putByName(Errno.class);
    putByName(NativeLibc.class, "SIZEOF_SOCKADDR_UN");
    putByName(Mapping.class, "PROT_READ_WRITE");
    putByName(Termios.class, "SIZE", "C_IFLAG", "C_OFLAG", "C_CFLAG", "C_LFLAG", "C_CC");
    Class<?> kick = Class.forName(NativeLibc.class.getName() + "$KickSignal");
    numbers.put("PROT_READ | PROT_WRITE", named(Mapping.class, "PROT_READ_WRITE"));
    numbers.put("sizeof(struct sockaddr_un)", named(NativeLibc.class, "SIZEOF_SOCKADDR_UN"));
    numbers.put("sizeof(((struct sockaddr_un *) 0)->sun_path) - 1", (long) Syscalls.UNIX_PATH_MAX);
    numbers.put("sizeof(struct sigaction)", named(kick, "SIZEOF_SIGACTION"));
    numbers.put("offsetof(struct sigaction, sa_handler)", named(kick, "SA_HANDLER"));
    numbers.put("offsetof(struct sigaction, sa_flags)", named(kick, "SA_FLAGS"));
    numbers.put("SA_RESTART", named(kick, "SA_RESTART"));
    numbers.put("SIGRTMIN + 2", named(kick, "NUMBER"));
    numbers.put("sizeof(struct termios)", (long) Termios.SIZE);
    numbers.put("offsetof(struct termios, c_iflag)", (long) Termios.C_IFLAG);
    numbers.put("offsetof(struct termios, c_oflag)", (long) Termios.C_OFLAG);
    numbers.put("offsetof(struct termios, c_cflag)", (long) Termios.C_CFLAG);
    numbers.put("offsetof(struct termios, c_lflag)", (long) Termios.C_LFLAG);
    numbers.put("offsetof(struct termios, c_cc)", (long) Termios.C_CC);

    compare();
  }

  /** Compiles a program that prints every expression, runs it and compares. */
  private void compare() throws Exception {
    assumeTrue(Files.exists(KVM_H), "no linux/kvm.h: install linux-libc-dev");
    assumeTrue(onPath("gcc"), "no gcc");
    StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
    numbers
        .keySet()
        .forEach(
            c -> program.append("  printf(\"%lld\\n\", (long long) (").append(c).append("));\n"));
    program.append("  return 0;\n}\n");
    Path source = directory.resolve("abi.c");
    Files.writeString(source, program);
    Path binary = directory.resolve("abi");
    run("gcc", "-o", binary.toString(), source.toString());

    List<String> expected = run(binary.toString());
    List<String> differences = new ArrayList<>();
    int line = 0;
    for (Map.Entry<String, Long> number : numbers.entrySet()) {
      long inC = Long.parseLong(expected.get(line++));
      if (inC != number.getValue()) {
        differences.add(
            "%s is %d in C, %d here".formatted(number.getKey(), inC, number.getValue()));
      }
    }
    assertEquals(List.of(), differences);
  }

  private void putByName(Class<?> type, String... others) throws IllegalAccessException {
    for (Field field : numbersOf(type)) {
      if (!List.of(others).contains(field.getName())) {
        numbers.put(field.getName(), valueOf(field));
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

  private static boolean onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static List<String> run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> String.join(" ", command) + "\n" + output);
    return output.lines().toList();
  }
}
