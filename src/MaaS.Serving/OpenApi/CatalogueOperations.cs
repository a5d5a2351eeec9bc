namespace MaaS.Serving.OpenApi;

/// <summary>The operations of the catalogue, which a server with a registry has.</summary>
internal static class CatalogueOperations
{
    private const string Entry = """
        "name":"digits","version":"3","task":"classification","stage":"production","published":true,
         "aliases":["champion"],"summary":"Handwritten digits.","licence":"MIT","tags":{"licence":"MIT"},
         "bytes":1048576,"created":"2026-01-01T00:00:00+00:00","metrics":{"accuracy":0.99},"served":true,
         "requests":64,"p50_ms":0.4,"p99_ms":1.2,"downloads":2
        """;

    private const string Request = """
        {"model":"digits","who":"web-shop","state":"granted","asked":"2026-01-01T00:00:00+00:00",
         "reason":"to compare","decided":"2026-01-02T00:00:00+00:00","decided_by":"ann","decision_reason":null}
        """;

    public static IEnumerable<(string Method, string Route, ApiOperation Operation)> All()
    {
        const string Model = "/catalogue/models/{name}", Version = Model + "/versions/{version}";
        yield return ("GET", "/catalogue/models", Of(
            "catalogueModels",
            "Models of the registry, each as its version in production or else its newest; the page of the catalogue "
                + "takes the same parameters.",
            $$"""{"models":[{{{Entry}}}]}""", null, 400, 503) with
        { Query = Catalogue.CatalogueQuery.Parameters });
        yield return ("GET", Model, Of(
            "catalogueModel",
            "A model's versions and history, the newest first, and whether the caller may download it.",
            $$"""
            {"name":"digits","downloadable":true,"access":"granted","versions":[{{{Entry}}}],
             "history":[{"at":"2026-01-01T00:00:00+00:00","who":"ann","action":"promote","version":"3",
             "detail":"production","previous":"2","reason":"better"}]}
            """, null, 400, 404, 503));
        yield return ("GET", Version, Of(
            "catalogueVersion", "All about a version: card, files with hashes, signature, lineage.",
            $$"""
            {{{Entry}},"downloadable":true,"access":"granted","signature":"unsigned","creator":"ann",
             "card":"# Digits","approvers":["bob"],
             "inputs":[{"name":"image","datatype":"FP32","shape":[-1,1,28,28]}],
             "outputs":[{"name":"logits","datatype":"FP32","shape":[-1,10]}],"labels":["0","1"],
             "lineage":{"parent":"digits/2","data_hash":null,"code_version":null,"hyperparameters":{"epochs":"3"},
             "compression":["prune"]},"files":[{"path":"model.onnx","bytes":1048576,"sha256":"9f2c"}]}
            """, null, 400, 404, 503));
        yield return ("POST", Model + "/versions", Of(
            "cataloguePublish",
            "Adds a package (.maas) as the model's next version, in no stage and with no alias; the body is the file, "
                + "or a form with it in the field package. The parameter notes says why.",
            $$"""{{{Entry}}}""", null, 400, 409, 413, 415, 429, 503));
        yield return ("POST", Model + "/requests", Of(
            "catalogueAsk", "Asks, as the caller's account, to download a model.", Request,
            """{"reason":"to compare"}""", 400, 404, 503));
        yield return ("POST", Model + "/access", Of(
            "catalogueDecide", "Says whether an account may download a model.", Request,
            """{"who":"web-shop","granted":true,"reason":"agreed"}""", 400, 404, 503));
    }

    private static ApiOperation Of(
        string id, string summary, string response, string? request, params int[] errors)
        => new("Catalogue", id, summary, response, request, errors);
}
