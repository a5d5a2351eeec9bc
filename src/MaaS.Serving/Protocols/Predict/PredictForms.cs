using System.Text.Json;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;
using MaaS.Serving.Protocols.Forms;
using MaaS.Serving.Protocols.Images;

namespace MaaS.Serving.Protocols.Predict;

/// <summary>
/// The forms of MaaS's own requests: rows under <c>instances</c>, tensors under <c>inputs</c>, either under
/// <c>input_data</c>, and pixels or files under <c>images</c> or <c>image</c>.
/// </summary>
/// <param name="model">Whose inputs are expected.</param>
/// <param name="tensors">Gets the inputs.</param>
/// <param name="images">Reads image files.</param>
internal sealed class PredictForms(ServedModel model, RequestTensors tensors, ImageFiles images) : IRequestForms
{
    public string Expected => model.Manifest?.Preprocessing is not null
        ? "'instances', 'inputs', 'image' or 'images'" : "'instances' or 'inputs'";

    public RequestForm? Of(in Utf8JsonReader member)
        => JsonText.Is(member, "instances"u8) || JsonText.Is(member, "input_data"u8) ? RequestForm.Row
            : JsonText.Is(member, "inputs"u8) ? RequestForm.Column
            : JsonText.Is(member, "images"u8) ? RequestForm.Images
            : JsonText.Is(member, "image"u8) ? RequestForm.Image
            : null;

    public RequestForm Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RequestForm form)
    {
        switch (form)
        {
            case RequestForm.Row when reader.TokenType == JsonTokenType.StartObject:
                return ReadInputData(ref reader, json);
            case RequestForm.Row:
                RowsAndColumns.ReadRows(ref reader, json, tensors);
                return form;
            case RequestForm.Column:
                RowsAndColumns.ReadColumns(ref reader, json, tensors);
                return form;
            case RequestForm.Image when reader.TokenType is JsonTokenType.String or JsonTokenType.StartObject:
                ReadImageFile(ref reader);
                return RequestForm.Images;
            default:
                ReadImages(ref reader, json, isOne: form == RequestForm.Image);
                return RequestForm.Images;
        }
    }

    /// <summary>Rows under <c>data</c>, as tables are split into columns and data, or the inputs by name.</summary>
    private RequestForm ReadInputData(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var members = reader;
        while (members.Read() && members.TokenType == JsonTokenType.PropertyName)
        {
            var isData = JsonText.Is(members, "data"u8);
            members.Read();
            if (isData && tensors.Specs.All(s => s.Name != "data"))
            {
                RowsAndColumns.ReadRows(ref members, json, tensors);
                reader.Skip();
                return RequestForm.Row;
            }

            members.Skip();
        }

        RowsAndColumns.ReadColumns(ref reader, json, tensors);
        return RequestForm.Column;
    }

    /// <summary>One image file in base64, bare or as <c>{"b64": …}</c>.</summary>
    private void ReadImageFile(ref Utf8JsonReader reader)
    {
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (isObject
            && !(
                reader.Read() && reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(reader, "b64"u8)
                    && reader.Read()))
        {
            throw RequestException.BadRequest("image: expected pixels, a file in base64 or {\"b64\": …}");
        }

        var file = reader.TokenType == JsonTokenType.String && JsonText.TryGetBase64(reader, out var bytes) ? bytes
            : throw RequestException.BadRequest("image: expected a file in base64, got another text");
        if (!images.TryRead(file, model, tensors))
        {
            throw RequestException.BadRequest(
                $"image: expected a file that model '{model.Name}' takes, an image of a kind that this server decodes");
        }

        if (isObject && !(reader.Read() && reader.TokenType == JsonTokenType.EndObject))
        {
            throw RequestException.BadRequest("image: expected nothing beside 'b64'");
        }
    }

    private void ReadImages(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, bool isOne)
    {
        var preprocessing = model.Manifest?.Preprocessing
            ?? throw RequestException.BadRequest(
                $"model '{model.Name}': expected 'instances' or 'inputs': its package names no preprocessing for "
                    + "'images'");
        var buffer = tensors.Buffer(0);
        var shape = TensorJsonReader.Read(ref reader, json, buffer);
        tensors.Complete(
            0, ImagePixels.Prepare(buffer.Floats(), isOne ? [1, .. shape] : shape, tensors.Specs[0], preprocessing));
    }
}
