//! Makes a connection and signs it in. What the login wants to know is asked here, and answered by a line each; with
//! `--page` the person signs in at the hosted page instead.
//!
//! `KERNEL_API_KEY=sk_... cargo run --example sign_in -- example.com alice`

use std::io::{Error as IoError, stdin};

use kernel_client::models::{ConnectionCreateParams, InputAnswer, InputRequest};
use kernel_client::{FieldValues, Kernel};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let on_page = words.iter().any(|word| word == "--page");
    words.retain(|word| word != "--page");
    let mut words = words.into_iter();
    let domain = words.next().unwrap_or_else(|| "example.com".to_owned());
    let profile = words.next().unwrap_or_else(|| "alice".to_owned());
    if let Err(error) = sign_in(&domain, &profile, on_page).await {
        eprintln!("{error}\n{error:?}");
        std::process::exit(1);
    }
}

async fn sign_in(domain: &str, profile: &str, on_page: bool) -> Result<(), kernel_client::Error> {
    let connections = Kernel::from_env()?.auth().connections();
    let created = connections
        .create(ConnectionCreateParams::new(domain, profile))
        .await?;
    println!("connection: {}", created.id);
    let mut login = connections
        .login_and_wait(created.id)
        .on_login(|login| println!("page: {}", login.hosted_url));
    if !on_page {
        login = login.on_input(answer);
    }
    let connection = login.await?;
    println!("status: {}", connection.status);
    println!(
        "arrived at: {}",
        connection.post_login_url.unwrap_or_default()
    );
    Ok(())
}

/// Asks for the fields, or else for a choice.
async fn answer(request: InputRequest) -> Result<Option<InputAnswer>, IoError> {
    if let Some(message) = request.website_error {
        println!("the site says: {message}");
    }
    if let Some(message) = request.external_action_message {
        println!("to do: {message}");
        return Ok(None);
    }
    let mut values = FieldValues::default();
    for field in request.fields {
        let question = field.label.unwrap_or(field.r#ref);
        values.insert(field.id, ask(question).await?);
    }
    if !values.is_empty() {
        return Ok(Some(InputAnswer::default().field_values(values)));
    }
    for choice in &request.choices {
        println!("{}: {}", choice.id, choice.label);
    }
    let chosen = ask("Which?".to_owned()).await?;
    Ok(Some(InputAnswer::default().selected_choice_id(chosen)))
}

async fn ask(question: String) -> Result<String, IoError> {
    println!("asked: {question}");
    tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        stdin().read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    })
    .await?
}
