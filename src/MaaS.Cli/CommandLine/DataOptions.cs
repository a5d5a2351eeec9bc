using System.CommandLine;
using MaaS.Training.Data;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that name a data set.</summary>
internal sealed class DataOptions
{
    private static readonly string[] Images = ["mnist", "fashion-mnist"];

    private readonly string[] _names = [];

    /// <param name="defaultName">What is used where none is named.</param>
    /// <param name="others">Data sets of texts.</param>
    public DataOptions(string defaultName, params string[] others)
        : this(defaultName, others, inputs: false)
    {
    }

    /// <param name="defaultName">What is used where none is named.</param>
    /// <param name="others">Data sets of texts.</param>
    /// <param name="inputs">Whether inputs by name will do: see <see cref="InputDataOptions"/>.</param>
    public DataOptions(string defaultName, string[] others, bool inputs)
    {
        string[] names = [.. Images, .. others];
        Name.DefaultValueFactory = _ => defaultName;
        if (!inputs)
        {
            Name.HelpName = string.Join("|", names);
            Name.AcceptOnlyFromAmong(names);
            return;
        }

        Name.HelpName = $"{string.Join("|", names)}|{InputDataOptions.Random}|path";
        Name.Description =
            "The data set; or, for any model, a folder of .npz or .npy files, a .jsonl file with an object of inputs "
            + "by name "
            + "a line, or random: outputs are then compared with the float model's. For a language model a file of "
            + "text.";
        _names = names;
        Name.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<string>();
            if (value is not null && !File.Exists(value) && !Takes(value))
            {
                result.AddError(Expected(value));
            }
        });
    }

    /// <summary>Refuses a file of text, which only language models are compared on.</summary>
    /// <exception cref="UsageException">It is neither a data set nor inputs by name.</exception>
    public void RefuseText(string value)
    {
        if (!Takes(value))
        {
            throw new UsageException(Expected(value));
        }
    }

    private bool Takes(string value) => _names.Contains(value) || InputDataOptions.Takes(value);

    private string Expected(string value)
        => $"--data: expected {string.Join(", ", _names)}, {InputDataOptions.Random}, a folder of .npz or .npy files, "
            + $"or a .jsonl file that exists, got '{value}'.";

    public Option<string> Name { get; } = new("--data") { Description = "The data set." };

    public Option<DirectoryInfo?> Directory { get; } = new("--data-dir")
    {
        Description =
            "Folder with your own IDX files (train-images-idx3-ubyte[.gz] and so on); without it, what ./maas setup "
            + "fetched.",
        HelpName = "folder",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Name);
        command.Options.Add(Directory);
    }

    public TrainTest Load(ParseResult result)
        => Load(result.GetRequiredValue(Name), result.GetValue(Directory)?.FullName);

    public static TrainTest Load(string name, string? directory = null)
        => name switch
        {
            "mnist" => Mnist.Load(directory),
            "fashion-mnist" => FashionMnist.Load(directory),
            _ => throw new UsageException(
                $"--data: expected {string.Join(" or ", Images)} for a model of images, got {name}."),
        };
}
