using System.Diagnostics;
using System.Text.Json;

namespace MaaS.Tests;

/// <summary>Parses safetensors files with <c>safetensors_format.py</c>, which shares nothing with MaaS.</summary>
internal static class SafeTensorsParser
{
    /// <summary>What Python found in a file: metadata, and dtype, shape and hexadecimal bytes of every
    /// tensor.</summary>
    public static JsonElement Parse(string path)
    {
        var script = Path.Combine(TestContext.CurrentContext.TestDirectory, "Shared", "safetensors_format.py");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors.Result);
        return JsonDocument.Parse(output).RootElement.GetProperty(Path.GetFileName(path));
    }
}
