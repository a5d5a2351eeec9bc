using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Json;

/// <summary>Strings in JSON answers, which are text.</summary>
internal static class NonText
{
    /// <summary>Writes a string; one that is no text as the server's options say.</summary>
    /// <exception cref="RequestException">422: the options want none in answers.</exception>
    public static void Write(Utf8JsonWriter writer, string value)
    {
        if (ByteText.IsText(value))
        {
            writer.WriteStringValue(value);
            return;
        }

        if (NonFinite.Options?.NonTextBytes != NonTextBytes.Base64)
        {
            throw new RequestException(
                FaultKind.Unrepresentable,
                "expected UTF-8 from the model, it gives other bytes; ask for binary tensors to get them, or set "
                    + "NonTextBytes to Base64");
        }

        writer.WriteStartObject();
        writer.WriteBase64String("b64"u8, ByteText.Encode(value));
        writer.WriteEndObject();
    }
}
