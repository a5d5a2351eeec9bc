using System.Text;

namespace MaaS.Cli.Terminal;

/// <summary>Draws a grey image with characters, two image rows to a line.</summary>
internal static class DigitArt
{
    private const string Ramp = " .:-=+*#%@";

    /// <param name="pixels">Row-major grey values, 0 (background) to 255.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="colour">Whether the terminal understands 24-bit colour sequences.</param>
    public static IEnumerable<string> Lines(ReadOnlyMemory<byte> pixels, int width, bool colour)
    {
        var height = pixels.Length / width;
        for (var y = 0; y < height; y += 2)
        {
            var line = new StringBuilder();
            for (var x = 0; x < width; x++)
            {
                var upper = pixels.Span[(y * width) + x];
                var lower = y + 1 < height ? pixels.Span[((y + 1) * width) + x] : (byte)0;
                if (colour)
                {
                    line.Append($"\e[38;2;{upper};{upper};{upper};48;2;{lower};{lower};{lower}m▀");
                }
                else
                {
                    line.Append(Ramp[(upper + lower) / 2 * (Ramp.Length - 1) / 255]);
                }
            }

            yield return colour ? line.Append("\e[0m").ToString() : line.ToString().TrimEnd();
        }
    }
}
