using System.Globalization;
using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Catalogue;

/// <summary>How to ask a version, in curl, Python and C#: with the inputs that its manifest names, filled with zeros.
/// </summary>
/// <remarks>Names of inputs come from whoever made the model. They stand as JSON strings in ASCII, in which nothing
/// ends a string, a shell's here-document or a line of code.</remarks>
internal sealed class UsageExamples
{
    private const int MostWrittenOut = 16;

    private readonly CatalogueEntry _entry;
    private readonly Uri _server;

    /// <param name="entry">The version.</param>
    /// <param name="server">The server's address as the client knows it, ending with a slash.</param>
    public UsageExamples(CatalogueEntry entry, Uri server) => (_entry, _server) = (entry, server);

    /// <summary>Every example by the name of its language.</summary>
    public IEnumerable<(string Language, string Code)> All()
    {
        var isKnown = IsText || IsWriter || Inputs.Count > 0;
        if (isKnown && (IsText || IsRanker || IsWriter || !Inputs.Any(static i => i.Type is ElementType.Float16
            or ElementType.BFloat16)))   // Half precision travels as bytes only, not as JSON.
        {
            yield return ("curl", Curl());
            yield return ("Python", Python());
        }

        if (isKnown)
        {
            yield return ("C#", CSharp());
        }
    }

    private IReadOnlyList<TensorSpec> Inputs => _entry.Version.Manifest.Inputs;

    private bool IsText => _entry.Version.Manifest is { Text: not null, Ranking: null };

    private bool IsRanker => _entry.Version.Manifest.Ranking is not null;

    private bool IsWriter => _entry.Version.Manifest.Generation is not null;

    private string Address
    {
        get
        {
            var version = string.Create(
                CultureInfo.InvariantCulture, $"models/{_entry.Name}/versions/{_entry.Version.Version}");
            return new Uri(
                _server,
                IsWriter ? $"v2/{version}/generate" : IsText ? $"v1/{version}:predict"
                    : IsRanker ? "v1/rerank" : $"v2/{version}/infer").ToString();
        }
    }

    /// <summary>For a POSIX shell.</summary>
    private string Curl()
        => $"curl -s -H 'Content-Type: application/json' -H \"X-Api-Key: $MAAS_KEY\" --data @- \\\n  {Address} <<END\n"
            + $"{Shell(Body(static (value, count) => count <= MostWrittenOut ? $"[{Repeated(value, count)}]"
                : $"[\u0001(yes '{value}' | head -n {count} | paste -sd, -)]", "true"))}\nEND";

    /// <summary>For Python without further packages.</summary>
    private string Python()
        => "import json, os, urllib.request\n\n"
            + $"body = {Body(static (value, count) => count <= MostWrittenOut ? $"[{Repeated(value, count)}]"
                : $"[{value}] * {count}", "True")}\n"
            + $"request = urllib.request.Request(\n    \"{Address}\", json.dumps(body).encode(),\n"
            + "    {\"Content-Type\": \"application/json\", \"X-Api-Key\": os.environ.get(\"MAAS_KEY\", \"\")})\n"
            + "print(json.load(urllib.request.urlopen(request)))";

    /// <summary>For .NET with the package MaaS.Client, which ranks no texts: a cross-encoder is sent its
    /// tokens.</summary>
    private string CSharp()
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"{{ Version = \"{_entry.Version.Version}\" }}");
        var head = "using MaaS.Client;\n\nusing var client = new MaaSClient(new MaaSClientOptions\n{\n"
            + $"    Addresses = {{ new Uri(\"{_server}\") }},\n"
            + "    ApiKey = Environment.GetEnvironmentVariable(\"MAAS_KEY\"),\n});\n";
        if (IsWriter)
        {
            return $"{head}await foreach (var part in client.GenerateAsync("
                + $"new GenerateRequest(\"{_entry.Name}\", \"Once\") {version}))\n"
                + "{\n    Console.Write(part.Text);\n}";
        }

        if (IsText)
        {
            return $"{head}// Asks the version that requests are routed to.\n"
                + "var answer = await client.ClassifyAsync(\n"
                + $"    ClassifyRequest.OfTexts(\"{_entry.Name}\", \"a text\"));\n"
                + "Console.WriteLine(answer[0].Label);";
        }

        return $"{head}var answer = await client.InferAsync(new InferRequest(\"{_entry.Name}\",\n    "
            + string.Join(",\n    ", Inputs.Select(Tensor)) + $") {version});\n"
            + "Console.WriteLine(string.Join(\", \", answer.Outputs));";
    }

    // JSON, in which the data of tensors stands as the language at hand makes it.
    private string Body(Func<string, long, string> data, string yes)
        => IsWriter ? """{"text_input": "Once", "parameters": {"max_tokens": 20}}"""
            : IsText ? """{"instances": ["a text"]}"""
            : IsRanker
            ? $$"""{"model": {{Quoted(_entry.Name)}}, "query": "a question", "documents": ["a text", "another text"]}"""
            : "{\"inputs\": [" + string.Join(", ", Inputs.Select(i =>
            {
                var shape = i.ShapeWith(1);
                var value = i.Type switch
                {
                    ElementType.Bool => yes,
                    ElementType.String => "\"a text\"",
                    _ => "0",
                };
                return $"{{\"name\": {Quoted(i.Name)}, \"shape\": [{string.Join(", ", shape)}], "
                    + $"\"datatype\": \"{i.Type.ProtocolName()}\", \"data\": {data(value, Count(shape))}}}";
            })) + "]}";

    private static string Tensor(TensorSpec input)
    {
        var shape = input.ShapeWith(1);
        var sizes = string.Join(", ", shape);
        var count = Count(shape);
        return input.Type == ElementType.String
            ? $"Tensor.OfStrings({Quoted(input.Name)}, [.. Enumerable.Repeat(\"a text\", {count})], {sizes})"
            : input.Type == ElementType.BFloat16
                ? $"Tensor.OfBFloat16({Quoted(input.Name)}, new float[{count}], {sizes})"
                : $"Tensor.Of({Quoted(input.Name)}, new {Keyword(input.Type)}[{count}], {sizes})";
    }

    private static string Keyword(ElementType type) => type switch
    {
        ElementType.Bool => "bool",
        ElementType.UInt8 => "byte",
        ElementType.Int8 => "sbyte",
        ElementType.UInt16 => "ushort",
        ElementType.Int16 => "short",
        ElementType.UInt32 => "uint",
        ElementType.Int32 => "int",
        ElementType.UInt64 => "ulong",
        ElementType.Int64 => "long",
        ElementType.Float16 => "Half",
        ElementType.Float64 => "double",
        _ => "float",
    };

    private static string Repeated(string value, long count) => string.Join(", ", Enumerable.Repeat(value, (int)count));

    private static long Count(long[] shape) => shape.Aggregate(1L, static (product, size) => product * size);

    // Quotes, angle brackets and everything beyond ASCII become \uXXXX, which JSON, Python and C# read alike.
    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    // A here-document replaces $ and takes \\ for one \; the mark stands for the $ that is meant.
    private static string Shell(string body)
        => body.Replace("\\\\", "\\u005c", StringComparison.Ordinal).Replace("$", "\\u0024", StringComparison.Ordinal)
            .Replace('\u0001', '$');
}
