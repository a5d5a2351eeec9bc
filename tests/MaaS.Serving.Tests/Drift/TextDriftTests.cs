using System.Text.Json;
using MaaS.Serving.Tests.Protocols;

namespace MaaS.Serving.Tests.Drift;

/// <summary>How far raw texts drift from those of training.</summary>
public sealed class TextDriftTests : MailServer
{
    [Test]
    public async Task Get_AfterRawTexts_ComparesTokensUnknownOnesAndPredictions()
    {
        foreach (var mail in Mails)
        {
            await SendAsync(mail);
        }

        var alone = await DriftAsync(Mails.Length);
        Assert.That(alone.Keys, Is.EqualTo(new[] { "tokens", "unknown", "prediction", "confidence" }));

        // The same mails again, four in a request: every value stands twice, and no distribution has changed.
        foreach (var mails in Mails.Chunk(4))
        {
            await SendAsync(mails);
        }

        var together = await DriftAsync(2 * Mails.Length);
        Assert.That(together["tokens"], Is.EqualTo(alone["tokens"]), "padding is no token");
        Assert.That(together["unknown"], Is.EqualTo(alone["unknown"]));

        for (var i = 0; i < Mails.Length; i++)
        {
            await SendAsync("\u2603 \u2602 \u2601");
        }

        var foreign = await DriftAsync(3 * Mails.Length);
        Assert.That(
            foreign["unknown"].Psi, Is.GreaterThan(0.25).And.GreaterThan(2 * alone["unknown"].Psi),
            "characters that no mail of training had");
        Assert.That(foreign["tokens"].Ks, Is.GreaterThan(alone["tokens"].Ks));
    }

    private Task SendAsync(params string[] texts)
        => Server.PostAsync("/v1/models/spam:predict", JsonSerializer.Serialize(new { instances = texts }));

    private async Task<Dictionary<string, (double Psi, double Ks)>> DriftAsync(int rows)
    {
        var drift = await Server.GetAsync("/v2/models/spam/drift");
        Assert.That(drift.GetProperty("rows").GetInt32(), Is.EqualTo(rows));
        Assert.That(drift.GetProperty("baseline_rows").GetInt32(), Is.EqualTo(Trained));
        return drift.GetProperty("features").EnumerateArray().ToDictionary(
            static f => f.GetProperty("name").GetString()!,
            static f => (f.GetProperty("psi").GetDouble(), f.GetProperty("ks").GetDouble()));
    }
}
