import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installJars } from './maven-jars.ts';
import { runTool } from './tool.ts';

const artifacts = ['de.bwaldvogel:mongo-java-server-h2-backend:1.47.0', 'org.slf4j:slf4j-nop:2.0.17'];

/** It says 5.0 because current drivers refuse less, and keeps an oplog as a replica set of one would. */
const launcher = `import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

public class Launcher {
  public static void main(String[] arguments) throws Exception {
    H2Backend backend = arguments[0].isEmpty() ? H2Backend.inMemory() : new H2Backend(arguments[0]);
    backend.version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(5, 0, 30, 0); }
      public int getWireVersion() { return 13; }
    });
    MongoServer server = new MongoServer(backend);
    server.enableOplog();
    server.bind("127.0.0.1", Integer.parseInt(arguments[1]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("listening on " + arguments[1]);
    Thread.currentThread().join();
  }
}
`;

/**
 * A server that speaks MongoDB's protocol and keeps data on disk, for machines where no mongod can be had. It has no
 * transactions, no users, no capped collections and no validators: nothing that passes on it is proof for those.
 */
export const installStandIn = async (folder: string): Promise<void> => {
  await installJars(folder, artifacts);
  await writeFile(join(folder, 'Launcher.java'), launcher);
  await runTool('javac', ['-cp', join(folder, 'jars', '*'), '-d', folder, join(folder, 'Launcher.java')], {
    timeoutMs: 60_000,
  });
};

/** Without a file it keeps nothing when it ends, and is not compiled as for days: that took more than what it does. */
export const standInCommand = (
  folder: string,
  file: string | null,
  port: number,
): { command: string; args: string[] } => ({
  command: 'java',
  args: [
    '-XX:+UseSerialGC',
    ...(file === null ? ['-XX:TieredStopAtLevel=1'] : []),
    '-cp',
    `${join(folder, 'jars', '*')}:${folder}`,
    'Launcher',
    file ?? '',
    `${port}`,
  ],
});
