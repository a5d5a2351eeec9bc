using Google.Protobuf;
using MaaS.Onnx.Schema;
using MaaS.Primitives.Files;

namespace MaaS.Onnx;

/// <summary>An ONNX model in memory, with all of its weights. Not safe for concurrent change.</summary>
public sealed class OnnxModel
{
    /// <summary>The IR version of models that MaaS makes.</summary>
    public const int IrVersion = 8;

    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    /// <summary>Bytes of weights from which a model is no longer one protobuf message, and they belong in a file beside
    /// it: messages end at 2^31 − 1 bytes, of which 64 MiB are left for the graph.</summary>
    public const long InlineWeightLimit = int.MaxValue - (64L << 20);

    /// <summary>Wraps a model, which is not copied.</summary>
    /// <exception cref="InvalidDataException">It has no graph.</exception>
    public OnnxModel(ModelProto proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        Proto = proto.Graph is null ? throw new InvalidDataException("onnx: the model has no graph") : proto;
    }

    /// <summary>The model as the file holds it.</summary>
    public ModelProto Proto { get; }

    /// <summary>The main graph.</summary>
    public GraphProto Graph => Proto.Graph;

    /// <summary>The version of ONNX's own operators; 0 where the model does not say.</summary>
    public long Opset => Proto.OpsetImport.FirstOrDefault(static set => set.Domain is "" or "ai.onnx")?.Version ?? 0;

    /// <summary>The graph's inputs that are no initializers: what a caller must feed.</summary>
    public IReadOnlyList<ValueInfoProto> Inputs
    {
        get
        {
            var initializers = Graph.Initializer.Select(static tensor => tensor.Name).ToHashSet();
            return [.. Graph.Input.Where(input => !initializers.Contains(input.Name))];
        }
    }

    /// <summary>The graph's outputs.</summary>
    public IReadOnlyList<ValueInfoProto> Outputs => Graph.Output;

    /// <summary>Bytes of all weights: initializers and tensors in attributes, those in bodies of If, Loop and Scan
    /// included.</summary>
    public long WeightBytes
        => GraphCheck.Tensors(Graph).Sum(static tensor => tensor.Type().Bytes(tensor.ElementCount()));

    /// <summary>A metadata property, or null.</summary>
    public string? GetMetadata(string key) => Proto.MetadataProps.FirstOrDefault(entry => entry.Key == key)?.Value;

    /// <summary>Sets a metadata property.</summary>
    public void SetMetadata(string key, string value)
    {
        if (Proto.MetadataProps.FirstOrDefault(entry => entry.Key == key) is { } entry)
        {
            entry.Value = value;
        }
        else
        {
            Proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }

    /// <summary>A deep copy.</summary>
    public OnnxModel Clone() => new(Proto.Clone());

    /// <summary>The model as one protobuf message, as ONNX Runtime loads it from memory.</summary>
    /// <exception cref="InvalidOperationException">It is larger than the 2 GB that protobuf can hold.</exception>
    public byte[] ToByteArray() => WeightBytes < InlineWeightLimit
        ? Proto.ToByteArray()
        : throw new InvalidOperationException(
            $"onnx: the model's weights take {WeightBytes} bytes, more than one message can hold; use Save, which puts "
                + "them beside it");

    /// <summary>Reads a model and the external data beside it, and checks it: see <see cref="GraphCheck"/>.</summary>
    /// <exception cref="FileNotFoundException">The file, or a file with its external data, is missing.</exception>
    /// <exception cref="InvalidDataException">The file is cut short, is no ONNX model, has a cyclic or dangling graph,
    /// or points to external data outside its own folder.</exception>
    public static OnnxModel Load(string path)
    {
        if (Directory.Exists(path))
        {
            throw new FileNotFoundException($"onnx: expected a file, got the folder '{path}'", path);
        }

        using var stream = File.OpenRead(path);
        var model = Parse($"'{path}'", () => ModelProto.Parser.ParseFrom(stream));
        ExternalData.Read(model.Proto, Path.GetDirectoryName(Path.GetFullPath(path))!);
        GraphCheck.Check(model);
        return model;
    }

    /// <summary>Reads a model and the files beside it from memory.</summary>
    /// <param name="bytes">The model.</param>
    /// <param name="data">The files that its weights lie in, by the names that it has for them.</param>
    /// <exception cref="FileNotFoundException">One of them is missing.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static OnnxModel Load(byte[] bytes, IReadOnlyDictionary<string, byte[]> data)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(data);
        var model = Parse("the bytes", () => ModelProto.Parser.ParseFrom(bytes));
        ExternalData.Read(model.Proto, data);
        GraphCheck.Check(model);
        return model;
    }

    /// <summary>Names of the files beside a model that its weights lie in; none where all are inside. Weights
    /// themselves are not read.</summary>
    /// <param name="model">The bytes of an <c>.onnx</c> file; can seek.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static IReadOnlyList<string> ExternalFiles(Stream model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ExternalData.Files(ReadWeightless("the model", model).Proto);
    }

    /// <summary>Reads a model from memory; external data is refused.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static OnnxModel Load(ReadOnlySpan<byte> bytes)
    {
        var parsed = ModelProto.Parser;
        OnnxModel model;
        try
        {
            model = new OnnxModel(parsed.ParseFrom(bytes));
        }
        catch (Exception error) when (IsMalformed(error))
        {
            throw Malformed("the bytes", error);
        }
        GraphCheck.Check(model);
        return model;
    }

    /// <summary>Writes the model atomically; weights beyond the threshold go to a file beside it that is named after
    /// their content, <c>path + ".&lt;digest&gt;.data"</c>. At every moment the path holds the old model or the new
    /// one, each with its own weights; the old ones are removed last.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="externalDataThreshold">Bytes of weights from which they are kept in a file of their own.</param>
    /// <exception cref="IOException">A file cannot be written, as on a full disk; what was there stays.</exception>
    public void Save(string path, long externalDataThreshold = InlineWeightLimit) =>
        Save(path, externalDataThreshold, AtomicFile.Write);

    internal void Save(string path, long externalDataThreshold, Action<string, Action<Stream>> write) =>
        ModelFiles.Write(Proto, Path.GetFullPath(path), WeightBytes >= externalDataThreshold, write);

    /// <summary>Reads a model without its large weights, to look at its graph alone.</summary>
    /// <param name="what">What errors call the bytes.</param>
    /// <param name="stream">A whole model; can seek.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    internal static OnnxModel ReadWeightless(string what, Stream stream)
    {
        return Parse(what, Read);

        ModelProto Read()
        {
            try
            {
                return WeightlessModel.Read(stream);
            }
            catch (InvalidDataException error)
            {
                throw Malformed(what, error);
            }
        }
    }

    private static OnnxModel Parse(string what, Func<ModelProto> parse)
    {
        try
        {
            var proto = parse();
            return proto.Graph is null
                ? throw new InvalidDataException($"onnx: {what} holds no graph: empty or not an ONNX file")
                : new OnnxModel(proto);
        }
        catch (Exception error) when (IsMalformed(error))
        {
            throw Malformed(what, error);
        }
    }

    // The parser has other exceptions as well for bytes that end within a number.
    private static bool IsMalformed(Exception error)
        => error is InvalidProtocolBufferException or InvalidOperationException or IndexOutOfRangeException;

    private static InvalidDataException Malformed(string what, Exception error) =>
        new($"onnx: {what} cannot be read as a model: cut short or not an ONNX file ({error.Message})", error);
}
