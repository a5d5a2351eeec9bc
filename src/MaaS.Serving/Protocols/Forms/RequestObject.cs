using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Json;

namespace MaaS.Serving.Protocols.Forms;

/// <summary>Reads the object of a request in one pass without a document tree: one member has the inputs.</summary>
internal static class RequestObject
{
    /// <summary>The only signature of an ONNX model.</summary>
    public const string DefaultSignature = "serving_default";

    /// <summary>Reads the inputs of a request.</summary>
    /// <param name="json">The body.</param>
    /// <param name="forms">Those that the interface takes.</param>
    /// <exception cref="RequestException">Invalid argument, with what was expected.</exception>
    public static RequestForm Read(ReadOnlySpan<byte> json, IRequestForms forms)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw RequestException.BadRequest($"expected an object with {forms.Expected}, got {reader.TokenType}");
        }

        RequestForm? form = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var next = forms.Of(reader);
            var isSignature = JsonText.Is(reader, "signature_name"u8);
            reader.Read();
            if (next is null)
            {
                CheckSignature(ref reader, isSignature);
            }
            else if (form is not null)
            {
                throw RequestException.BadRequest($"expected one of {forms.Expected}, got two");
            }
            else
            {
                form = forms.Read(ref reader, json, next.Value);
            }
        }

        reader.Read(); // Throws where something follows the object.
        return form ?? throw RequestException.BadRequest($"expected an object with {forms.Expected}, got none of them");
    }

    /// <summary>Passes over a value; a signature must be the only one there is.</summary>
    /// <exception cref="RequestException">Invalid argument: it is another.</exception>
    public static void CheckSignature(ref Utf8JsonReader reader, bool isSignature)
    {
        if (isSignature
            && !(reader.TokenType == JsonTokenType.String && JsonText.Get(reader) is "" or DefaultSignature))
        {
            throw RequestException.BadRequest(
                $"signature_name: expected '{DefaultSignature}', the only signature of an ONNX model");
        }

        reader.Skip();
    }
}
