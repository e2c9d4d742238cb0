package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;
import org.kvm4j.core.ObservedKvm.Use;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;

/** No ioctl without an integration test that names it. */
final class ExercisesTest {

  @Test
  void everyIoctl_isNamedByAnIntegrationTest_forEachDescriptorThatTakesIt() throws Exception {
    Set<Use> named = namedByTests();
    List<String> missing = new ArrayList<>();
    for (Ioctl ioctl : Ioctl.values()) {
      for (FdKind kind : FdKind.values()) {
        if (ioctl.isFor(kind) && !named.contains(new Use(ioctl, kind))) {
          missing.add(ioctl + " on " + kind);
        }
      }
    }

    assertEquals(List.of(), missing);
  }

  private static Set<Use> namedByTests() throws IOException, URISyntaxException {
    Path root =
        Path.of(ExercisesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String packageName = ExercisesTest.class.getPackageName();
    Set<Use> named = new HashSet<>();
    try (Stream<Path> files = Files.list(root.resolve(packageName.replace('.', '/')))) {
      for (String file : files.map(path -> path.getFileName().toString()).toList()) {
        if (file.endsWith("IT.class")) {
          for (Method method :
              load(packageName + "." + file.replace(".class", "")).getDeclaredMethods()) {
            AnnotationSupport.findRepeatableAnnotations(method, Exercises.class).stream()
                .flatMap(e -> Stream.of(e.value()).map(ioctl -> new Use(ioctl, e.on())))
                .forEach(named::add);
          }
        }
      }
    }
    return named;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
