using Google.Protobuf;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>Weights in a file beside the model (the specification's <c>docs/ExternalData.md</c>).</summary>
internal static class ExternalData
{
    // Memory-mapped readers want each tensor on a page of its own; small tensors stay in the model.
    private const int Alignment = 4096;
    private const int SmallTensor = 1024;

    /// <summary>Loads every external tensor of the model and its subgraphs into memory.</summary>
    public static void Read(ModelProto model, string folder)
    {
        foreach (var tensor in GraphCheck.Tensors(model.Graph))
        {
            if (tensor.DataLocation == DataLocation.External)
            {
                Read(tensor, folder);
            }
        }
    }

    /// <summary>Puts every external tensor inside, from the files' bytes by location.</summary>
    public static void Read(ModelProto model, IReadOnlyDictionary<string, byte[]> data)
    {
        foreach (var tensor in GraphCheck.Tensors(model.Graph))
        {
            if (tensor.DataLocation != DataLocation.External)
            {
                continue;
            }

            string location = Entry(tensor, "location") ?? throw NoLocation(tensor);
            byte[] bytes = data.GetValueOrDefault(location) ?? throw new FileNotFoundException(
                $"tensor '{tensor.Name}': its external data '{location}' is missing", location);
            using var stream = new MemoryStream(bytes, writable: false);
            Fill(tensor, location, stream);
        }
    }

    /// <summary>The files that tensors of a model lie in, as the model names them. Tensors of
    /// <see cref="WeightlessModel"/> that were passed over are in none.</summary>
    public static IReadOnlyList<string> Files(ModelProto model)
        => [.. GraphCheck.Tensors(model.Graph).Where(static tensor => tensor.DataLocation == DataLocation.External)
            .Select(static tensor => Entry(tensor, "location")).OfType<string>().Distinct()];

    /// <summary>Writes large weights to <paramref name="stream"/> and returns the model that points to them.</summary>
    public static ModelProto Write(ModelProto model, Stream stream, string location)
    {
        // A clone shares the weights' bytes.
        var outside = model.Clone();
        for (int i = 0; i < outside.Graph.Initializer.Count; i++)
        {
            Move(outside.Graph.Initializer[i], stream, location);
        }

        return outside;
    }

    /// <summary>Whether a tensor goes to the file beside the model.</summary>
    public static bool IsMoved(TensorProto tensor) =>
        tensor.Type() != DataType.String && tensor.Bytes().Length >= SmallTensor;

    private static void Move(TensorProto tensor, Stream stream, string location)
    {
        if (!IsMoved(tensor))
        {
            return;
        }

        var bytes = tensor.Bytes();
        int padding = (int)((Alignment - stream.Position % Alignment) % Alignment);
        stream.Write(new byte[padding]);
        tensor.DataLocation = DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = stream.Position.ToString() });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = bytes.Length.ToString() });
        stream.Write(bytes.Span);
        tensor.ClearRawData();
        tensor.FloatData.Clear();
        tensor.DoubleData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
        tensor.Uint64Data.Clear();
    }

    private static void Read(TensorProto tensor, string folder)
    {
        string path = Locate(tensor, folder);
        using var stream = File.OpenRead(path);
        Fill(tensor, path, stream);
    }

    private static void Fill(TensorProto tensor, string path, Stream stream)
    {
        long needed = GraphCheck.ByteCount(tensor);
        long offset = Number(tensor, "offset", 0);
        long length = Number(tensor, "length", needed);
        if (length != needed || length > Array.MaxLength || offset > stream.Length - length)
        {
            throw new InvalidDataException(
                $"tensor '{tensor.Name}': expected {needed} bytes of external data, got {length} at {offset} of "
                    + $"'{path}' ({stream.Length} bytes)");
        }
        byte[] bytes = new byte[length];
        stream.Seek(offset, SeekOrigin.Begin);
        stream.ReadExactly(bytes);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
    }

    // The file must lie in the model's folder, also once symbolic links are followed.
    private static string Locate(TensorProto tensor, string folder)
    {
        string location = Entry(tensor, "location") ?? throw NoLocation(tensor);
        string path = Path.GetFullPath(Path.Combine(folder, location));
        if (Path.IsPathRooted(location) || location.Contains('\\') || !Inside(path, folder))
        {
            throw Outside(tensor, location);
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"tensor '{tensor.Name}': its external data '{location}' is missing", path);
        }

        return Inside(Real(path), Real(folder)) ? path : throw Outside(tensor, location);
    }

    private static bool Inside(string path, string folder) =>
        path.StartsWith(
            Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Follows the links of the path and of every folder on the way to it.
    private static string Real(string path)
    {
        string real = Path.GetPathRoot(path)!;
        foreach (string part in path[real.Length..]
            .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            FileSystemInfo entry = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            if (entry.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            {
                real = Real(target.FullName);
            }
        }
        return real;
    }

    private static InvalidDataException Outside(TensorProto tensor, string location) => new(
        $"tensor '{tensor.Name}': external data must lie in the model's folder, got '{location}'; the file may be "
            + "hostile");

    private static InvalidDataException NoLocation(TensorProto tensor)
        => new($"tensor '{tensor.Name}': its external data has no location");

    private static string? Entry(TensorProto tensor, string key) =>
        tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static long Number(TensorProto tensor, string key, long missing) => Entry(tensor, key) switch
    {
        null => missing,
        var text when long.TryParse(text, out long value) && value >= 0 => value,
        var text
            => throw new InvalidDataException($"tensor '{tensor.Name}': external data {key} '{text}' is no number"),
    };
}
