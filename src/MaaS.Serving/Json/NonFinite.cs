using System.Buffers;
using System.Text.Json;
using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Json;

/// <summary>The tokens NaN, Infinity and -Infinity, which JSON lacks and Python's json and TensorFlow Serving
/// use.</summary>
internal static class NonFinite
{
    private static readonly byte[][] Tokens = ["NaN"u8.ToArray(), "Infinity"u8.ToArray(), "-Infinity"u8.ToArray()];

    // Answers are written on one thread without a pause; who asks is of use only where such a number comes.
    [ThreadStatic]
    private static HttpContext? _request;

    /// <summary>Options of the server whose answer this thread writes; null where it writes none.</summary>
    public static MaaSServingOptions? Options
        => _request?.RequestServices?.GetService<IOptions<MaaSServingOptions>>()?.Value;

    /// <summary>Says whose answer this thread writes, until it is called with null.</summary>
    public static void Begin(HttpContext? request) => _request = request;

    /// <summary>Writes a number that is not finite as the server's options say.</summary>
    /// <exception cref="RequestException">422: the options want none in answers.</exception>
    public static void Write(Utf8JsonWriter writer, double value)
    {
        switch (Options?.NonFiniteNumbers)
        {
            case NonFiniteNumbers.Null:
                writer.WriteNullValue();
                break;
            case NonFiniteNumbers.Error:
                throw new RequestException(
                    FaultKind.Unrepresentable,
                    $"expected finite numbers from the model, it gives {value}; ask for binary tensors to get them");
            default:
                writer.WriteRawValue(Token(value), skipInputValidation: true);
                break;
        }
    }

    private static ReadOnlySpan<byte> Token(double value)
        => double.IsNaN(value) ? Tokens[0] : value > 0 ? Tokens[1] : Tokens[2];

    /// <summary>Puts bare tokens in quotes, so that a JSON reader takes them; text inside strings stays.</summary>
    /// <returns>The changed text, or an empty span when there was no such token.</returns>
    public static ReadOnlySpan<byte> Quote(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0)
        {
            return default;
        }

        var quoted = new ArrayBufferWriter<byte>(json.Length + 64);
        var copied = 0;
        var found = false;
        for (var i = 0; i < json.Length;)
        {
            if (json[i] == '"')
            {
                i = EndOfString(json, i);
                continue;
            }

            var length = TokenAt(json[i..]);
            if (length == 0)
            {
                i++;
                continue;
            }

            found = true;
            quoted.Write(json[copied..i]);
            quoted.Write("\""u8);
            quoted.Write(json.Slice(i, length));
            quoted.Write("\""u8);
            i += length;
            copied = i;
        }

        quoted.Write(json[copied..]);
        return found ? quoted.WrittenSpan : default;
    }

    private static int TokenAt(ReadOnlySpan<byte> json)
    {
        foreach (var token in Tokens)
        {
            if (json.StartsWith(token))
            {
                return token.Length;
            }
        }

        return 0;
    }

    private static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        for (var i = start + 1; i < json.Length; i++)
        {
            if (json[i] == '\\')
            {
                i++;
            }
            else if (json[i] == '"')
            {
                return i + 1;
            }
        }

        return json.Length;
    }
}
