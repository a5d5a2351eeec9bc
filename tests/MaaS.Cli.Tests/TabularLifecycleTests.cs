using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace MaaS.Cli.Tests;

/// <summary>From a table in a file to answered rows, as a user types it.</summary>
[NonParallelizable]
public sealed partial class TabularLifecycleTests
{
    private string _folder = "";
    private string _trained = "";
    private Process _server = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task TrainAndServe()
    {
        _folder = Directory.CreateTempSubdirectory("maas-tabular-cli-").FullName;
        var random = new Random(6);
        string[] cities = ["Kyoto", "Osaka", "Nara"];
        var rows = Enumerable.Range(0, 200).Select(i =>
        {
            var (age, city, member) = (20 + random.Next(50), cities[random.Next(3)], random.Next(2) == 0);
            var since = new DateTime(2020, 1, 1).AddDays(random.Next(900));
            var churn = age > 45 != member ? "yes" : "no";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{(i % 20 == 0 ? "?" : age)};{city};{(member ? "true" : "false")};{since:yyyy-MM-dd};{churn}");
        });
        await File.WriteAllLinesAsync(Path.Combine(_folder, "customers.csv"), ["age;city;member;since;churn", .. rows]);
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "train", "--task", "tabular", "--csv", "customers.csv", "--label", "churn", "--missing-value",
            "?", "--metric",
            "accuracy", "--folds", "3", "--schema", "schema.json", "-o", "churn.maas");
        Assert.That(code, Is.Zero, error);
        _trained = output;
        _server = CommandProcess.Start(_folder, "serve", "--models", "churn.maas", "--port", "0");
        while (await _server.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Address().Match(line) is { Success: true } address)
            {
                _http = new HttpClient { BaseAddress = new Uri(address.Value) };
                return;
            }
        }

        Assert.Fail(await _server.StandardError.ReadToEndAsync());
    }

    [OneTimeTearDown]
    public void StopAndDelete()
    {
        _http?.Dispose();
        _server?.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Train_ShowsColumnsLeaderboardAndScoresHeldBack()
    {
        Assert.That(
            _trained, Does.Match(@"age +number +10").And.Contains("p against best").And.Contains("label 'churn': no"));
        Assert.That(
            _trained, Does.Contain("160 rows to learn from, 40 held back").And.Contains("the same on all 200 rows"));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "schema.json")), Does.Contain("\"kind\": \"Category\""));
    }

    [Test]
    public async Task Serve_RowsAsObjects_AreAnsweredMissingCellsAndUnseenCategoriesIncluded()
    {
        const string Rows = """
            {"instances":[
              {"age":60,"city":"Kyoto","member":false,"since":"2021-02-03"},
              {"age":22,"city":"Paris","member":false,"since":null},
              {"age":null,"city":null,"member":null,"since":"2021-02-03T04:05:06"}]}
            """;
        using var response = await _http.PostAsync("/v1/models/customers:predict", new StringContent(Rows));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer.ToJsonString());
        var predictions = answer["predictions"]!.AsArray();
        Assert.That(predictions.Select(p => (string)p!["label"]!), Has.Exactly(3).Items.And.All.Matches("yes|no"));
        Assert.That(((string)predictions[0]!["label"]!, (string)predictions[1]!["label"]!), Is.EqualTo(("yes", "no")));
        Assert.That(
            predictions.Select(p => p!["probabilities"]!.AsArray().Sum(v => (double)v!)),
            Is.All.EqualTo(1).Within(1e-6));
    }

    [Test]
    public async Task Serve_ReorderedColumns_AreAnsweredAlike()
    {
        string[] rows =
        [
            """{"age":60,"city":"Kyoto","member":false,"since":"2021-02-03"}""",
            """{"since":"2021-02-03","member":false,"age":60,"city":"Kyoto"}""",
        ];
        List<string> answers = [];
        foreach (var row in rows)
        {
            using var response = await _http.PostAsync(
                "/v1/models/customers:predict", new StringContent($$"""{"instances":[{{row}}]}"""));
            answers.Add(await response.Content.ReadAsStringAsync());
        }

        Assert.That(answers[1], Is.EqualTo(answers[0]).And.Contains("probabilities"));
    }

    [TestCase("""{"instances":[{"age":60,"city":"Kyoto","member":false}]}""", "'since' is missing")]
    [TestCase("""{"instances":[{"age":60,"city":"Kyoto","member":false,"since":null,"x":1}]}""", "got 'x'")]
    [TestCase(
        """{"instances":[{"age":"old","city":"Kyoto","member":false,"since":null}]}""",
        "input 'age': expected float64 values, got the text 'old'")]
    public async Task Serve_RowsThatDoNotFit_NameTheColumn(string rows, string message)
    {
        using var response = await _http.PostAsync("/v1/models/customers:predict", new StringContent(rows));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(
            (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!, Does.Contain(message));
    }

    [TestCase("--label: expected the column to predict", "--csv", "customers.csv")]
    [TestCase("--csv: expected one table, by --csv, --data or --sql, got none", "--label", "churn")]
    [TestCase("expected one table, by --csv, --data or --sql, got 2", "--csv", "customers.csv", "--data", "penguins")]
    [TestCase("--sql: expected --database beside it", "--sql", "SELECT 1", "--label", "churn")]
    [TestCase(
        "--database: expected sqlite:FILE or postgres:", "--sql", "SELECT 1", "--database", "oracle:x", "--label",
        "churn")]
    [TestCase(
        "--folds: expected none for a table that is read in batches", "--csv", "customers.csv", "--label", "churn",
        "--stream", "--folds", "3")]
    [TestCase(
        "--boosting-leaves: expected none without --stream", "--csv", "customers.csv", "--label", "churn",
        "--boosting-leaves", "8")]
    [TestCase(
        "--boosting-leaves: expected 2 or more, got 1", "--csv", "customers.csv", "--label", "churn", "--stream",
        "--boosting-leaves", "1")]
    [TestCase(
        "--boosting-rate: expected a number above 0, got 0", "--csv", "customers.csv", "--label", "churn", "--stream",
        "--boosting-rate", "0")]
    [TestCase(
        "--stream: expected a file", "--sql", "SELECT 1", "--database", "sqlite:x.db", "--label", "churn", "--stream")]
    [TestCase("--data: expected a table", "--data", "mnist", "--label", "churn")]
    [TestCase("--above: expected numbers in 'churn', got Category", "--csv", "customers.csv", "--label", "churn",
        "--above", "1")]
    [TestCase(
        "--budget: expected a time as 90s, 10m or 1h, got 'soon'", "--csv", "customers.csv", "--label", "churn",
        "--budget", "soon")]
    [TestCase("expected a column 'chrun'", "--csv", "customers.csv", "--label", "chrun")]
    public async Task Train_WithWrongOptions_SaysWhich(string message, params string[] options)
    {
        var (code, _, error) = await CommandProcess.RunAsync(
            _folder, ["train", "--task", "tabular", "--missing-value", "?", "-o", "other.maas", .. options]);
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(message));
    }

    [Test]
    public async Task TrainAndProfile_OnAQuery_ReadTheSameTable()
    {
        var shop = $"Data Source={Path.Combine(_folder, "shop.db")};Pooling=False";
        await using (var connection = new SqliteConnection(shop))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE customers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
                SELECT i % 50 AS age, CASE i % 3 WHEN 0 THEN 'Nara' ELSE 'Kyoto' END AS city, i * 7 % 31 AS visits,
                    i % 50 * 2.5 + i * 7 % 31 AS spent FROM n
                """;
            await command.ExecuteNonQueryAsync();
        }

        string[] query = ["--sql", "SELECT * FROM customers", "--database", "sqlite:shop.db"];
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, ["train", "--label", "spent", "--folds", "2", "-o", "spent.maas", .. query]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("query: 300 rows, 4 columns").And.Contains("the same on all"));

        (code, output, error) = await CommandProcess.RunAsync(
            _folder, ["profile", "--label", "spent", "--json", .. query]);
        Assert.That(code, Is.Zero, error);
        var profile = JsonNode.Parse(output)!;
        Assert.That(((int)profile["rows"]!, profile["columns"]!.AsArray().Count), Is.EqualTo((300, 4)));
        Assert.That(Directory.Exists(Path.Combine(_folder, "profiles")), Is.False);
    }

    [Test]
    public async Task Profile_OfAFile_WritesAPage()
    {
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "profile", "customers.csv", "--label", "churn", "--missing-value", "?", "-o", "profile.html");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("customers: 200 rows, 5 columns").And.Contains("split by time"));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "profile.html")), Does.Contain("city").And.Contains("<svg"));
    }

    [Test]
    public async Task Train_OnAStream_ShowsStepsAndWritesAPackage()
    {
        var random = new Random(3);
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "flights.csv"),
            Enumerable.Range(0, 3000).Select(_ => (Hour: random.Next(24), Port: random.Next(5)))
                .Select(f => $"{f.Hour},P{f.Port},{f.Hour + f.Port + random.Next(9)}").Prepend("hour,port,delay"));
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "train", "--task", "tabular", "--csv", "flights.csv", "--label", "delay", "--above", "15",
            "--stream", "--boosting-rounds", "300", "--boosting-rate", "0.5", "--boosting-leaves", "8",
            "--boosting-leaf-rows", "5", "--boosting-patience", "5", "-o", "flights.maas");
        Assert.That(code, Is.Zero, error);
        Assert.That(
            output,
            Does.Match(@"boosting: \d+ rows in")
                .And.Match(@"delay above 15: gradient boosting of \d+ rows in \d{1,2} rounds"));
        Assert.That(output, Does.Contain("the same on all 3000 rows"));
        Assert.That(File.Exists(Path.Combine(_folder, "flights.maas")), Is.True);
    }

    [GeneratedRegex(@"http://\S+:\d+")]
    private static partial Regex Address();
}
