namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters and persistent buffers of the whole tree by dotted name; the tensors stay the module's.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string Key(string key) => string.IsNullOrEmpty(prefix) ? key : $"{prefix}.{key}";
                foreach (var (key, parameter) in named_parameters()) destination.TryAdd(Key(key), parameter);
                foreach (var (key, buffer) in named_buffers(include_nonpersistent: false)) destination.TryAdd(Key(key), buffer);
                foreach (var (child, module) in named_children()) module.state_dict(destination, Key(child));
                return destination;
            }

            /// <summary>Copies values from <paramref name="source"/> into parameters and buffers of the same name.</summary>
            /// <exception cref="InvalidOperationException">Strict, and names are missing or unexpected; or a shape differs. Nothing is copied then.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var target = state_dict();
                bool Wanted(string key) => skip is null || !skip.Contains(key);
                var missing = target.Keys.Where(k => Wanted(k) && !source.ContainsKey(k)).ToList();
                var unexpected = source.Keys.Where(k => Wanted(k) && !target.ContainsKey(k)).ToList();
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                    throw new InvalidOperationException(
                        "The loaded state_dict is not identical to the target dictionary: missing " +
                        $"[{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");

                // Before any copy, which would spread a smaller tensor over a larger one without a word.
                var shared = source.Where(entry => Wanted(entry.Key) && target.ContainsKey(entry.Key)).ToList();
                var misfits = shared.Where(entry => !entry.Value.shape.AsSpan().SequenceEqual(target[entry.Key].shape))
                    .Select(entry => $"{entry.Key}: expected ({string.Join(", ", target[entry.Key].shape)}), got ({string.Join(", ", entry.Value.shape)})").ToList();
                if (misfits.Count > 0)
                    throw new InvalidOperationException($"load_state_dict: shapes differ: {string.Join("; ", misfits)}.");

                using var _ = no_grad();
                foreach (var (key, value) in shared) target[key].copy_(value);
                return (missing, unexpected);
            }

            /// <summary>Writes the state dictionary in TorchSharp's binary format; a file appears complete or not at all.</summary>
            public Module save(string location, IList<string>? skip = null)
            {
                AtomicFile.Write(location, writer => save(writer, skip));
                return this;
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>The format: count, then name and tensor of each; lengths in LEB128.</summary>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                var entries = skip is { Count: > 0 } ? [.. sd.Where(entry => !skip.Contains(entry.Key))] : sd.ToList();
                writer.Write7BitEncodedInt64(entries.Count);
                foreach (var (key, tensor) in entries)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
            }

            public virtual Module load(string location, bool strict = true, IList<string>? skip = null,
                Dictionary<string, bool>? loadedParameters = null)
            {
                if (!File.Exists(location)) throw new FileNotFoundException($"load: {location} does not exist.", location);
                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public Module load(Stream stream, bool strict = true, IList<string>? skip = null,
                Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }

            /// <summary>Reads what <see cref="save(BinaryWriter, IList{string}?)"/> wrote into parameters and buffers.</summary>
            /// <exception cref="ArgumentException">Strict, and the names differ; or a shape or element type differs.</exception>
            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null,
                Dictionary<string, bool>? loadedParameters = null)
            {
                var target = state_dict();
                var count = reader.Read7BitEncodedInt64();
                if (strict && count != target.Count)
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {target.Count}, but found {count} entries.");
                for (var i = 0L; i < count; i++)
                {
                    var key = reader.ReadString();
                    var found = target.TryGetValue(key, out var tensor);
                    if (strict && !found)
                        throw new ArgumentException($"Mismatched module state names: the target modules does not have a submodule or buffer named '{key}'");
                    if (found && skip?.Contains(key) != true) tensor!.Load(reader);
                    else TensorExtensionMethods.Load(reader).Dispose();
                    loadedParameters?.Add(key, found);
                }
                return this;
            }
        }
    }
}
