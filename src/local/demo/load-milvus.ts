import { DataType } from '@zilliz/milvus2-sdk-node';
import { guided, likenessDimensions, likenessOf, readCities } from './cities.ts';
import { done, openMilvus } from './milvus-place.ts';

/** Fills empty collections with what the names of guided cities look like. @returns vectors loaded */
export const loadMilvus = async (url: string): Promise<number> => {
  const { client, prefix } = await openMilvus(url);
  try {
    const collection_name = `${prefix}likeness`;
    await done(
      client.createCollection({
        collection_name,
        fields: [
          { name: 'guide', data_type: DataType.Int64, is_primary_key: true },
          { name: 'name', data_type: DataType.VarChar, max_length: 400 },
          { name: 'likeness', data_type: DataType.FloatVector, dim: likenessDimensions },
        ],
      }),
    );
    const rows = guided(readCities().cities).map(({ id, city }) => ({
      guide: id,
      name: city.name,
      likeness: likenessOf(city.name),
    }));
    await done(client.insert({ collection_name, data: rows }));
    await done(
      client.createIndex({
        collection_name,
        field_name: 'likeness',
        index_type: 'HNSW',
        metric_type: 'COSINE',
        params: { M: 16, efConstruction: 100 },
      }),
    );
    await done(client.loadCollectionSync({ collection_name }));
    return rows.length;
  } finally {
    await client.closeConnection();
  }
};
