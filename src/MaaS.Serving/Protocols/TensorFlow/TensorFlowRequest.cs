using System.Text.Json;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols.Images;

namespace MaaS.Serving.Protocols.TensorFlow;

/// <summary>The forms in which inputs stand in a request.</summary>
internal enum RequestForm
{
    /// <summary><c>instances</c>: a list of samples.</summary>
    Row,

    /// <summary><c>inputs</c>: whole tensors.</summary>
    Column,

    /// <summary><c>images</c>: a list of pixel arrays, to be preprocessed.</summary>
    Images,
}

/// <summary>Reads TensorFlow Serving's row and column forms, and MaaS's images, in one pass without a document tree.</summary>
internal static class TensorFlowRequest
{
    /// <summary>The only signature of an ONNX model.</summary>
    public const string DefaultSignature = "serving_default";

    /// <param name="json">The body.</param>
    /// <param name="model">Whose inputs are expected.</param>
    /// <param name="tensors">Gets the inputs.</param>
    /// <param name="images">
    /// Reads image files. With it the forms <c>images</c>, <c>image</c> (one of them) and <c>input_data</c> (rows, or an object
    /// with <c>data</c>) are taken; null takes TensorFlow Serving's own alone.
    /// </param>
    /// <exception cref="RequestException">400, with what was expected.</exception>
    public static RequestForm Read(ReadOnlySpan<byte> json, ServedModel model, RequestTensors tensors, ImageFiles? images)
    {
        var expected = images is not null && model.Manifest?.Preprocessing is not null ? "'instances', 'inputs', 'image' or 'images'" : "'instances' or 'inputs'";
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected an object with {expected}, got {reader.TokenType}");
        }

        RequestForm? form = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            RequestForm? next = JsonText.Is(reader, "instances"u8) ? RequestForm.Row
                : JsonText.Is(reader, "inputs"u8) ? RequestForm.Column
                : images is null ? null
                : JsonText.Is(reader, "images"u8) || JsonText.Is(reader, "image"u8) ? RequestForm.Images
                : JsonText.Is(reader, "input_data"u8) ? RequestForm.Row
                : null;
            var isOne = JsonText.Is(reader, "image"u8);
            var isSignature = JsonText.Is(reader, "signature_name"u8);
            reader.Read();
            if (next is null)
            {
                CheckSignature(ref reader, isSignature);
                continue;
            }

            if (form is not null)
            {
                throw RequestException.BadRequest($"expected one of {expected}, got two");
            }

            form = next;
            switch (form)
            {
                case RequestForm.Row when reader.TokenType == JsonTokenType.StartObject && images is not null:
                    form = ReadInputData(ref reader, json, tensors);
                    break;
                case RequestForm.Row:
                    ReadRows(ref reader, json, tensors);
                    break;
                case RequestForm.Column:
                    ReadColumns(ref reader, json, tensors);
                    break;
                case RequestForm.Images when isOne && reader.TokenType is JsonTokenType.String or JsonTokenType.StartObject:
                    ReadImageFile(ref reader, model, tensors, images!);
                    break;
                default:
                    ReadImages(ref reader, json, model, tensors, isOne);
                    break;
            }
        }

        reader.Read(); // Throws where something follows the object.
        if (form is null)
        {
            throw RequestException.BadRequest($"expected an object with {expected}, got none of them");
        }

        return form.Value;
    }

    /// <summary>Passes over a value; a signature must be the only one there is.</summary>
    /// <exception cref="RequestException">400: it is another.</exception>
    public static void CheckSignature(ref Utf8JsonReader reader, bool isSignature)
    {
        if (isSignature && !(reader.TokenType == JsonTokenType.String && JsonText.Get(reader) is "" or DefaultSignature))
        {
            throw RequestException.BadRequest($"signature_name: expected '{DefaultSignature}', the only signature of an ONNX model");
        }

        reader.Skip();
    }

    private static void ReadRows(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw RequestException.BadRequest($"instances: expected an array of samples, got {reader.TokenType}");
        }

        var first = reader;
        first.Read();
        if (!IsNamed(first))
        {
            var only = tensors.Only("each instance to be an object");
            tensors.Complete(only, TensorJsonReader.Read(ref reader, json, tensors.Buffer(only)));
            return;
        }

        var shapes = new long[]?[tensors.Specs.Count];
        var rows = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ReadRow(ref reader, json, tensors, shapes, rows++);
        }

        for (var i = 0; i < shapes.Length; i++)
        {
            if (shapes[i] is { } shape)
            {
                tensors.Complete(i, [rows, .. shape]);
            }
        }
    }

    private static void ReadRow(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors, long[]?[] shapes, int row)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"instances: expected each to be an object, got {reader.TokenType} as instance {row}");
        }

        Span<bool> seen = stackalloc bool[Math.Min(shapes.Length, 1024)];
        seen = shapes.Length <= seen.Length ? seen : new bool[shapes.Length];
        seen.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var input = tensors.IndexOf(JsonText.Get(reader));
            if (seen[input])
            {
                throw RequestException.BadRequest($"input '{tensors.Specs[input].Name}': expected it once, got it twice in instance {row}");
            }

            if (row > 0 && shapes[input] is null)
            {
                throw RequestException.BadRequest(
                    $"instances: expected the same inputs in all, instance {row} has '{tensors.Specs[input].Name}' and those before have not");
            }

            seen[input] = true;
            reader.Read();
            var shape = TensorJsonReader.Read(ref reader, json, tensors.Buffer(input));
            shapes[input] ??= shape;
            if (!shape.AsSpan().SequenceEqual(shapes[input]))
            {
                throw RequestException.BadRequest(
                    $"input '{tensors.Specs[input].Name}': expected instances of one shape, got [{string.Join(',', shapes[input]!)}] and [{string.Join(',', shape)}]");
            }
        }

        for (var i = 0; i < shapes.Length; i++)
        {
            if (!seen[i] && shapes[i] is not null)
            {
                throw RequestException.BadRequest($"instances: expected the input '{tensors.Specs[i].Name}' in instance {row}, it is missing");
            }
        }
    }

    private static void ReadColumns(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        if (!IsNamed(reader))
        {
            var only = tensors.Only("an object");
            tensors.Complete(only, TensorJsonReader.Read(ref reader, json, tensors.Buffer(only)));
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var input = tensors.IndexOf(JsonText.Get(reader));
            reader.Read();
            tensors.Complete(input, TensorJsonReader.Read(ref reader, json, tensors.Buffer(input)));
        }
    }

    /// <summary>Rows under <c>data</c>, as tables are split into columns and data, or the inputs by name.</summary>
    private static RequestForm ReadInputData(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestTensors tensors)
    {
        var members = reader;
        while (members.Read() && members.TokenType == JsonTokenType.PropertyName)
        {
            var isData = JsonText.Is(members, "data"u8);
            members.Read();
            if (isData && tensors.Specs.All(s => s.Name != "data"))
            {
                ReadRows(ref members, json, tensors);
                reader.Skip();
                return RequestForm.Row;
            }

            members.Skip();
        }

        ReadColumns(ref reader, json, tensors);
        return RequestForm.Column;
    }

    /// <summary>One image file in base64, bare or as <c>{"b64": …}</c>.</summary>
    private static void ReadImageFile(ref Utf8JsonReader reader, ServedModel model, RequestTensors tensors, ImageFiles images)
    {
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (isObject && !(reader.Read() && reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(reader, "b64"u8) && reader.Read()))
        {
            throw RequestException.BadRequest("image: expected pixels, a file in base64 or {\"b64\": …}");
        }

        var file = reader.TokenType == JsonTokenType.String && JsonText.TryGetBase64(reader, out var bytes) ? bytes
            : throw RequestException.BadRequest("image: expected a file in base64, got another text");
        if (!images.TryRead(file, model, tensors))
        {
            throw RequestException.BadRequest($"image: expected a file that model '{model.Name}' takes, an image of a kind that this server decodes");
        }

        if (isObject && !(reader.Read() && reader.TokenType == JsonTokenType.EndObject))
        {
            throw RequestException.BadRequest("image: expected nothing beside 'b64'");
        }
    }

    private static void ReadImages(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ServedModel model, RequestTensors tensors, bool isOne)
    {
        var preprocessing = model.Manifest?.Preprocessing
            ?? throw RequestException.BadRequest($"model '{model.Name}': expected 'instances' or 'inputs': its package names no preprocessing for 'images'");
        var buffer = tensors.Buffer(0);
        var shape = TensorJsonReader.Read(ref reader, json, buffer);
        tensors.Complete(0, ImagePixels.Prepare(buffer.Floats(), isOne ? [1, .. shape] : shape, tensors.Specs[0], preprocessing));
    }

    /// <summary>Whether a value is an object of inputs by name; <c>{"b64": …}</c> is a value.</summary>
    private static bool IsNamed(Utf8JsonReader reader)
        => reader.TokenType == JsonTokenType.StartObject && reader.Read()
            && !(reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(reader, "b64"u8));
}
