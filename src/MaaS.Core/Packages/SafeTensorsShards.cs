namespace MaaS.Core.Packages;

/// <summary>Writes the files of a checkpoint: all of them beside the old ones first, renamed at the end.</summary>
internal static class SafeTensorsShards
{
    public static IReadOnlyList<string> Write(
        string folder, IReadOnlyList<SafeTensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata,
        long maxFileBytes)
    {
        var shards = Split(tensors, maxFileBytes);
        var staging = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(staging);
        try
        {
            List<string> names = [];
            Dictionary<string, string> map = new(StringComparer.Ordinal);
            foreach (var shard in shards)
            {
                var name = shards.Count == 1
                    ? SafeTensorsCheckpoint.FileName : $"model-{names.Count + 1:D5}-of-{shards.Count:D5}.safetensors";
                SafeTensorsFile.Write(Path.Combine(staging, name), shard, metadata);
                names.Add(name);
                foreach (var tensor in shard)
                {
                    if (!map.TryAdd(tensor.Name, name))
                    {
                        throw new ArgumentException(
                            $"safetensors: expected different names, got '{tensor.Name}' twice.", nameof(tensors));
                    }
                }
            }

            if (shards.Count > 1)
            {
                new SafeTensorsIndex(map)
                    .Write(
                        Path.Combine(staging, SafeTensorsCheckpoint.IndexFileName),
                        tensors.Sum(static t => t.ByteCount));
                names.Add(SafeTensorsCheckpoint.IndexFileName);
            }

            Publish(folder, staging, names);
            return names;
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static List<List<SafeTensorsSource>> Split(IReadOnlyList<SafeTensorsSource> tensors, long maxFileBytes)
    {
        List<List<SafeTensorsSource>> shards = [[]];
        long bytes = 0;
        foreach (var tensor in tensors)
        {
            var size = tensor.ByteCount;
            if (shards[^1].Count > 0 && size > maxFileBytes - bytes)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(tensor);
            bytes += size;
        }

        return shards;
    }

    // The old index goes first, so that it never points at new files; the new one comes last.
    private static void Publish(string folder, string staging, List<string> names)
    {
        var old = Directory.GetFiles(folder, "model-*-of-*.safetensors").Select(Path.GetFileName)
            .Append(SafeTensorsCheckpoint.FileName);
        File.Delete(Path.Combine(folder, SafeTensorsCheckpoint.IndexFileName));
        foreach (var name in names)
        {
            File.Move(Path.Combine(staging, name), Path.Combine(folder, name), overwrite: true);
        }

        foreach (var name in old.Except(names))
        {
            File.Delete(Path.Combine(folder, name!));
        }
    }
}
