import { likenessOf } from '../cities.ts';
import { done, openMilvus } from '../milvus-place.ts';

/** What the shop asks of its vectors. */
export const openLikeness = async (url: string) => {
  const { client, prefix } = await openMilvus(url);
  const search = async (name: string, limit: number): Promise<number[]> => {
    const { results } = await done(
      client.search({
        collection_name: `${prefix}likeness`,
        data: [likenessOf(name)],
        anns_field: 'likeness',
        limit,
        output_fields: ['guide'],
      }),
    );
    return results.map(({ guide }) => Number(guide));
  };
  return {
    /** @throws Error when a search does not answer as a user needs it */
    check: async (): Promise<void> => {
      if ((await search('Springfield', 1)).length !== 1) throw new Error('a search finds nothing');
    },
    /** Numbers of the guides to cities whose names look most like this one. */
    like: (name: string): Promise<number[]> => search(name, 5),
    close: async (): Promise<void> => {
      await client.closeConnection();
    },
  };
};
