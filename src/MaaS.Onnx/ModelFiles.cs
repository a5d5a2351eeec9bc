using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Google.Protobuf;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>Writes a model as one file, or as a model and its weights. At every moment the path holds a whole model:
/// weights go to a file named after their content, then the model that refers to it replaces the old one, and only then
/// are the old one's weights removed.</summary>
internal static partial class ModelFiles
{
    /// <param name="model">The model.</param>
    /// <param name="path">The model's file.</param>
    /// <param name="outside">Whether the weights get a file of their own.</param>
    /// <param name="write">Writes one file whole or not at all:
    /// <see cref="MaaS.Primitives.Files.AtomicFile.Write"/>.</param>
    public static void Write(ModelProto model, string path, bool outside, Action<string, Action<Stream>> write)
    {
        var old = DataFiles(path);
        if (!outside)
        {
            write(path, stream => model.WriteTo(stream));
            Delete(old);
            return;
        }
        string data = $"{path}.{Digest(model)}.data";
        ModelProto? referring = null;
        write(data, stream => referring = ExternalData.Write(model, stream, Path.GetFileName(data)));
        try
        {
            write(path, stream => referring!.WriteTo(stream));
        }
        catch
        {
            if (!old.Contains(data))
            {
                File.Delete(data);
            }

            throw;
        }
        Delete(old.Where(file => file != data));
    }

    private static void Delete(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            File.Delete(file);
        }
    }

    // What the model at the path refers to, of the files that this class names; those of other tools stay.
    private static HashSet<string> DataFiles(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        string folder = Path.GetDirectoryName(path)!, prefix = Path.GetFileName(path) + ".";
        ModelProto model;
        try
        {
            using var stream = File.OpenRead(path);
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException)
        {
            // Whatever is replaced there, it is no model and has no weights elsewhere.
            return [];
        }
        if (model.Graph is null)
        {
            return [];
        }

        return [.. GraphCheck.Tensors(model.Graph).SelectMany(static tensor => tensor.ExternalData)
            .Where(entry => entry.Key == "location" && entry.Value.StartsWith(prefix, StringComparison.Ordinal)
                && Suffix().IsMatch(entry.Value[prefix.Length..]))
            .Select(entry => Path.Combine(folder, entry.Value))];
    }

    private static string Digest(ModelProto model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in model.Graph.Initializer)
        {
            if (ExternalData.IsMoved(tensor))
            {
                hash.AppendData(tensor.Bytes().Span);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    [GeneratedRegex("^[0-9a-f]{16}\\.data$")]
    private static partial Regex Suffix();
}
