using System.Text.Json;
using MaaS.Core.Packages;

namespace MaaS.Serving.Tests.OpenAi;

/// <summary>A package of a language model with a chat template besides.</summary>
internal static class TemplatedPackage
{
    /// <summary>Writes it.</summary>
    /// <param name="source">The package without.</param>
    /// <param name="target">The package with it.</param>
    /// <param name="name">Its model's name.</param>
    /// <param name="template">The template, whose messages end in <c>&lt;|im_end|&gt;</c>.</param>
    public static async Task CreateAsync(string source, string target, string name, string template)
    {
        using var package = await ModelPackage.OpenAsync(source);
        var files = new Dictionary<string, PackageContent>
        {
            ["tokenizer_config.json"] = PackageContent.FromBytes(JsonSerializer.SerializeToUtf8Bytes(new
            {
                chat_template = template,
                eos_token = "<|im_end|>",
            })),
        };
        foreach (var file in package.Manifest.Files.Keys)
        {
            files[file] = PackageContent.FromBytes(await package.ReadAsync(file));
        }

        await ModelPackage.CreateAsync(
            target,
            package.Manifest with { Name = name, Files = new Dictionary<string, PackageFileEntry>() }, files);
    }
}
