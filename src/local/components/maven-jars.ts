import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireTool, runTool } from './tool.ts';

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const dependency = (artifact: string): string => {
  const [group, name, version] = artifact.split(':');
  return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
};

const pomOf = (artifacts: readonly string[]): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dr-runbooks</groupId><artifactId>components</artifactId><version>1</version>
  <dependencies>${artifacts.map(dependency).join('')}</dependencies>
</project>
`;

/** Puts artifacts (`group:name:version`) and all they need into `folder/jars`. @throws Error when Java or Maven is missing or fails */
export const installJars = async (folder: string, artifacts: readonly string[]): Promise<void> => {
  await requireTool('java');
  const pomFile = join(folder, 'pom.xml');
  await writeFile(pomFile, pomOf(artifacts));
  const quick = ['-q', '-B', '-Daether.connector.connectTimeout=5000', '-Daether.connector.requestTimeout=60000'];
  const args = [...quick, '-f', pomFile, plugin, '-DincludeScope=runtime', `-DoutputDirectory=${join(folder, 'jars')}`];
  await runTool('mvn', args, { cwd: folder, timeoutMs: 900_000 });
  await rm(pomFile);
};
