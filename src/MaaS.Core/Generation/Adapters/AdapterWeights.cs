using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Adapters;

/// <summary>The matrices of one adapter, by layer. Not changed after it is made, so it is shared by threads.</summary>
public sealed class AdapterWeights
{
    private const string Folder = "adapters/", Extension = ".safetensors";

    private readonly Dictionary<string, AdapterLayer> _layers;

    private AdapterWeights(string name, Dictionary<string, AdapterLayer> layers) => (Name, _layers) = (name, layers);

    /// <summary>What requests call it.</summary>
    public string Name { get; }

    /// <summary>The layers that it changes.</summary>
    public IReadOnlyCollection<string> Layers => _layers.Keys;

    /// <summary>The largest rank of its matrices.</summary>
    public int Rank => _layers.Values.Select(static l => l.Rank).DefaultIfEmpty().Max();

    /// <summary>Where a package keeps an adapter, such as <c>adapters/polite.safetensors</c>.</summary>
    public static string FileOf(string name) => Folder + name + Extension;

    /// <summary>Whether a file of a package is an adapter.</summary>
    public static bool IsFile(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.StartsWith(Folder, StringComparison.Ordinal) && file.EndsWith(Extension, StringComparison.Ordinal);
    }

    /// <summary>The name of the adapter in a file of a package.</summary>
    /// <param name="file">One that <see cref="IsFile"/> takes.</param>
    public static string NameOf(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file[Folder.Length..^Extension.Length];
    }

    /// <summary>An adapter of given matrices.</summary>
    /// <param name="name">What requests call it.</param>
    /// <param name="layers">For each layer A, (in, r) row-major, and B, (r, out), which the scale is in.</param>
    /// <exception cref="ArgumentException">The sizes of a layer do not fit, or a number is not finite.</exception>
    public static AdapterWeights Of(
        string name, IReadOnlyDictionary<string, (float[] Down, float[] Up, int Rank)> layers)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(layers);
        return new AdapterWeights(
            name, layers.ToDictionary(static l => l.Key, l => new AdapterLayer(
                $"adapter '{name}', layer '{l.Key}'", l.Value.Down, l.Value.Up, l.Value.Rank)));
    }

    /// <summary>Reads the file of an adapter in a package: float32 tensors <c>LAYER.lora_a</c> (in, r) and
    /// <c>LAYER.lora_b</c> (r, out).</summary>
    /// <param name="name">What requests call it.</param>
    /// <param name="file">A whole safetensors file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds other tensors.</exception>
    public static AdapterWeights FromSafeTensors(string name, ReadOnlySpan<byte> file)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var length = file.Length < 8 ? ulong.MaxValue : BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (length > (ulong)Math.Min(SafeTensorsHeader.MaxBytes, file.Length - 8))
        {
            throw new InvalidDataException($"adapter '{name}': expected a safetensors file, got {file.Length} bytes.");
        }

        var data = file[(8 + (int)length)..];
        var entries = SafeTensorsHeader.Parse(file.Slice(8, (int)length), data.Length).Entries
            .ToDictionary(static e => e.Name, StringComparer.Ordinal);
        Dictionary<string, (float[], float[], int)> layers = [];
        foreach (var (key, down) in entries.Where(
            static e => e.Key.EndsWith(AdapterInputs.Down, StringComparison.Ordinal)))
        {
            var layer = key[..^AdapterInputs.Down.Length];
            if (!entries.TryGetValue(layer + AdapterInputs.Up, out var up) || up.Type != ElementType.Float32
                || down.Type != ElementType.Float32 || down.Shape is not [_, var rank] || up.Shape is not [var other, _]
                || rank != other)
            {
                throw new InvalidDataException(
                    $"adapter '{name}': expected float32 matrices {layer}{AdapterInputs.Down} (in, r) and "
                    + $"{layer}{AdapterInputs.Up} (r, out), got {down} and "
                    + $"{entries.GetValueOrDefault(layer + AdapterInputs.Up)?.ToString() ?? "none"}.");
            }

            layers.Add(layer, (Numbers(data, down), Numbers(data, up), (int)rank));
        }

        if (layers.Count == 0 || layers.Count * 2 != entries.Count)
        {
            throw new InvalidDataException(
                $"adapter '{name}': expected pairs of matrices LAYER{AdapterInputs.Down} and LAYER{AdapterInputs.Up} "
                + $"alone, got [{string.Join(", ", entries.Keys)}].");
        }

        try
        {
            return Of(name, layers);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>Writes a file that <see cref="FromSafeTensors"/> reads, whole or not at all.</summary>
    public void Save(string path)
    {
        Dictionary<string, TensorValue> tensors = [];
        foreach (var (layer, matrices) in _layers)
        {
            tensors[layer + AdapterInputs.Down] = TensorValue.Of(matrices.Down, matrices.In, matrices.Rank);
            tensors[layer + AdapterInputs.Up] = TensorValue.Of(matrices.Up, matrices.Rank, matrices.Out);
        }

        SafeTensorsFile.Write(path, tensors);
    }

    internal AdapterLayer? Layer(string layer) => _layers.GetValueOrDefault(layer);

    private static float[] Numbers(ReadOnlySpan<byte> data, SafeTensorsEntry entry)
        => MemoryMarshal.Cast<byte, float>(data[(int)entry.Begin..(int)entry.End]).ToArray();
}
