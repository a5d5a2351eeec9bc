namespace MaaS.Core.Trust;

/// <summary>Where the passphrases of private keys come from when nobody sits at the keyboard.</summary>
public static class Passphrase
{
    /// <summary>The variable of the environment that is read unless another one is named.</summary>
    public const string Variable = "MAAS_PASSPHRASE";

    /// <summary>Reads a passphrase.</summary>
    /// <param name="file">A file whose first line it is; null for the environment.</param>
    /// <param name="variable">The variable of the environment.</param>
    /// <returns>Null when neither gives one.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file's first line is empty.</exception>
    public static string? Find(string? file, string variable = Variable)
    {
        if (file is null)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
        }

        return File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line ? line
            : throw new InvalidDataException($"{file}: expected a passphrase as the first line, found none.");
    }
}
