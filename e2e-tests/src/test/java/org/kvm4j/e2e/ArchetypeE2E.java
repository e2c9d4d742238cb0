package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project made by the archetype, as a user makes one. */
final class ArchetypeE2E {

  @TempDir private Path directory;

  @Test
  void generatedProject_passesItsTests_andItsJarIsAPlugin() throws Exception {
    run(Tool.ROOT, "./mvnw -q -DskipTests -Djacoco.skip -pl kvm-core,device-archetype -am install");

    run(
        directory,
        "mvn -q -B archetype:generate -DarchetypeCatalog=local -DarchetypeGroupId=org.kvm4j"
            + " -DarchetypeArtifactId=device-archetype -DarchetypeVersion="
            + System.getProperty("kvm4j.version")
            + " -DgroupId=com.example -DartifactId=egg-timer -DclassName=EggTimer");
    Path project = directory.resolve("egg-timer");

    String build = run(project, "mvn -B package");
    assertTrue(build.contains("EggTimerContractTest"), build);
    assertTrue(build.contains("EggTimerGuestTest"), build);
    assertTrue(build.contains("Failures: 0, Errors: 0, Skipped: 0"), build);

    String description =
        run(project, Tool.ROOT + "/kvm4j devices --plugins target/plugins --describe egg-timer");
    assertTrue(description.contains("egg-timer: countdown with an interrupt"), description);
    assertTrue(description.contains("from egg-timer-1.0-SNAPSHOT.jar 1.0-SNAPSHOT"), description);
  }

  private static String run(Path directory, String words) throws Exception {
    Process process =
        new ProcessBuilder(words.split(" ", -1))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> words + "\n" + output);
    return output;
  }
}
